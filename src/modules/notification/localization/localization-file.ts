import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';
import { BadLocalizationFile } from './bad-localization-file.js';
import { requireXmlRules } from './xml-rules.js';

/** The texts of one message by language, in lower case with `_` between its parts. */
export type LocalizedTexts = ReadonlyMap<string, string>;

/** All messages by id. */
export type LocalizationFile = ReadonlyMap<string, LocalizedTexts>;

/** A bigger file is no list of messages, characters. */
export const mostCharacters = 5_000_000;

const attribute = '@';
const text = '#text';

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: attribute,
  textNodeName: text,
  alwaysCreateTextNode: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // Characters by number; of named ones the rules have left the five of XML.
  htmlEntities: true,
  isArray: (name, path) => path !== 'messages' && !name.startsWith(attribute),
});

type Node = Readonly<Record<string, unknown>>;

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
  for (const [message, place] of children(rootOf(xml), 'message', '')) {
    const id = attributeOf(message, 'id', place);
    const byLanguage = new Map(texts.get(id));
    for (const [locale, within] of children(message, 'locale', place)) {
      const language = languageKey(attributeOf(locale, 'language', within));
      const found = textOf(locale, within);
      if (found !== undefined) byLanguage.set(language, plainText(found, within));
    }
    texts.set(id, byLanguage);
  }
  return texts;
}

/** Languages compare ignoring case, and `-` counts as `_`. */
export function languageKey(language: string): string {
  return language.trim().toLowerCase().replaceAll('-', '_');
}

function rootOf(xml: string): Node {
  const { messages } = parsed(xml);
  const isOne = typeof messages === 'object' && messages !== null && !Array.isArray(messages);
  if (isOne) return messages as Node;
  throw new BadLocalizationFile('it is not one element <messages>');
}

/** The parser forgives what is no XML; the validator and the rules do not. */
function parsed(xml: string): Node {
  try {
    SyntaxValidator.validate(xml);
    requireXmlRules(xml);
    return parser.parse(xml) as Node;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof BadLocalizationFile) throw error;
    const place = 'line' in error ? `line ${String(error.line)}: ` : '';
    throw new BadLocalizationFile(`${place}${error.message}`);
  }
}

/** The text of a locale: that of its entry with the key `text`. */
function textOf(locale: Node, place: string): string | undefined {
  let found: string | undefined;
  for (const [entry, within] of children(locale, 'entry', place)) {
    requireOnly(entry, undefined, within);
    if (attributeOf(entry, 'key', within) === 'text') found ??= wordsOf(entry);
  }
  return found;
}

/** The elements of a node, which has no others and no text, and where each of them is. */
function children(node: Node, name: string, place: string): [Node, string][] {
  requireOnly(node, name, place);
  if (wordsOf(node).trim() !== '') {
    throw new BadLocalizationFile(
      `${place === '' ? '<messages>' : place} has text beside <${name}>`,
    );
  }
  const found = (node[name] ?? []) as readonly Node[];
  const before = place === '' ? '' : `${place}, `;
  return found.map((child, at) => [child, `${before}<${name}> ${String(at + 1)}`]);
}

function requireOnly(node: Node, name: string | undefined, place: string): void {
  const isOther = (key: string) => key !== name && key !== text && !key.startsWith(attribute);
  const other = Object.keys(node).find(isOther);
  if (other === undefined) return;
  const takes = name === undefined ? 'text alone' : `<${name}> alone`;
  const where = place === '' ? '<messages>' : place;
  throw new BadLocalizationFile(`${where} has <${other}> in it, and takes ${takes}`);
}

function attributeOf(node: Node, name: string, place: string): string {
  const value = node[`${attribute}${name}`];
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new BadLocalizationFile(`${place} has no ${name}`);
}

function wordsOf(node: Node): string {
  const words = node[text];
  return typeof words === 'string' ? words : '';
}

/** A line break in the file is for its readers; `\u000A` is one in the text. */
function plainText(written: string, place: string): string {
  const plain = written
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ')
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  if (!/\0|\p{Surrogate}/u.test(plain)) return plain;
  throw new BadLocalizationFile(`${place} has a \\u that is no character`);
}
