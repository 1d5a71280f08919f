import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';
import { z } from 'zod';

/** The texts of one message by language, in lower case with `_` between its parts. */
export type LocalizedTexts = ReadonlyMap<string, string>;

/** All messages by id. */
export type LocalizationFile = ReadonlyMap<string, LocalizedTexts>;

/** What is wrong with a file, as a part of a sentence. */
export class BadLocalizationFile extends Error {}

/** A bigger file is no list of messages, characters. */
export const mostCharacters = 5_000_000;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  // Named characters of HTML and numbered ones; documents that declare entities are refused.
  htmlEntities: true,
  isArray: (name) => ['message', 'locale', 'entry'].includes(name),
});

const entry = z.object({ key: z.string(), '#text': z.string().default('') });
const locale = z.object({ language: z.string().min(1), entry: z.array(entry).default([]) });
const message = z.object({ id: z.string().min(1), locale: z.array(locale).default([]) });
const file = z.object({
  messages: z.union([
    z.object({ message: z.array(message).default([]) }),
    z
      .string()
      .regex(/^\s*$/)
      .transform(() => ({ message: [] })),
  ]),
});

/**
 * Reads the document's XML (Localization File). Entities are not expanded: a document with a
 * DOCTYPE is refused.
 * @throws BadLocalizationFile
 */
export function readLocalizationFile(xml: string): LocalizationFile {
  if (xml.length > mostCharacters) {
    throw new BadLocalizationFile(`it has more than ${String(mostCharacters)} characters`);
  }
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) throw new BadLocalizationFile('it has a DOCTYPE');
  const texts = new Map<string, LocalizedTexts>();
  for (const { id, locale: locales } of parsed(xml)) {
    const byLanguage = new Map(texts.get(id));
    for (const { language, entry: entries } of locales) {
      const text = entries.find(({ key }) => key === 'text')?.['#text'];
      if (text !== undefined) byLanguage.set(languageKey(language), plainText(text));
    }
    texts.set(id, byLanguage);
  }
  return texts;
}

/** Languages compare ignoring case, and `-` counts as `_`. */
export function languageKey(language: string): string {
  return language.trim().toLowerCase().replaceAll('-', '_');
}

function parsed(xml: string): z.infer<typeof message>[] {
  const result = file.safeParse(parsedXml(xml));
  if (result.success) return result.data.messages.message;
  const path = result.error.issues[0]?.path.join('.') ?? '';
  throw new BadLocalizationFile(
    `it is no <messages> of <message id> of <locale language> of <entry key>; look at ${path}`,
  );
}

/** The parser forgives what is no XML; the validator does not. */
function parsedXml(xml: string): unknown {
  try {
    SyntaxValidator.validate(xml);
    return parser.parse(xml);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const place = 'line' in error ? `line ${String(error.line)}: ` : '';
    throw new BadLocalizationFile(`${place}${error.message}`);
  }
}

/** A line break in the file is for its readers; `\u000A` is one in the text. */
function plainText(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\r?\n\s*/g, ' ')
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
