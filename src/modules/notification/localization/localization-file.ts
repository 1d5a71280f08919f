import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { Slices } from '../../../core/event-loop/slices.js';

/** What is wrong with a localization file, as a part of a sentence. */
export class InvalidLocalizationFile extends Error {}

/** The texts of one message by language, in lower case with `_` between its parts. */
export type LocalizedTexts = ReadonlyMap<string, string>;

/** All messages by id. */
export type LocalizationFile = ReadonlyMap<string, LocalizedTexts>;

/** The longest text, and the longest id, language or key, characters. */
const maxTextLength = 100_000;
const maxNameLength = 1000;

const options = { xmlns: false, defaultXMLVersion: '1.0', forceXMLVersion: true } as const;
type Options = typeof options;

/** The elements of the document, each with the attribute that it must have. */
const elements = [
  { name: 'messages', attribute: undefined },
  { name: 'message', attribute: 'id' },
  { name: 'locale', attribute: 'language' },
  { name: 'entry', attribute: 'key' },
] as const;

/**
 * Of a piece this much is read before it is asked whether others should have their turn,
 * characters.
 */
const readChunkCharacters = 8192;

/**
 * Reads the document's XML (Localization File) piece by piece, so that a large file keeps nobody
 * waiting. Entities are not expanded: a document with a DOCTYPE is refused.
 * @throws InvalidLocalizationFile; its words say where, and nothing of what stands there
 */
export async function readLocalizationFile(pieces: Iterable<string>): Promise<LocalizationFile> {
  const reader = new LocalizationFileReader();
  const slices = new Slices();
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += readChunkCharacters) {
      reader.read(piece.slice(at, at + readChunkCharacters));
      if (slices.isOver) await slices.next();
    }
  }
  return reader.end();
}

/** Languages compare ignoring case, and `-` counts as `_`. */
export function languageKey(language: string): string {
  return language.trim().toLowerCase().replaceAll('-', '_');
}

/** Goes through a document once, from its beginning to its end. */
class LocalizationFileReader {
  private readonly parser = new SaxesParser<Options>(options);
  private readonly texts = new Map<string, Map<string, string>>();
  /** The attributes of the elements that are open: id, language, key. */
  private readonly open: string[] = [];
  private words = '';
  private hasText = false;

  constructor() {
    this.parser.on('doctype', () => this.refuse('it has a DOCTYPE'));
    this.parser.on('error', (error) => this.refuse(withoutContent(error.message)));
    this.parser.on('opentag', (tag) => {
      this.begin(tag);
    });
    this.parser.on('closetag', () => {
      this.finish();
    });
    this.parser.on('text', (text) => {
      this.add(text);
    });
    this.parser.on('cdata', (text) => {
      this.add(text);
    });
  }

  read(piece: string): void {
    this.parser.write(piece);
  }

  end(): LocalizationFile {
    this.parser.close();
    return this.texts;
  }

  private begin({ name, attributes }: SaxesTagPlain): void {
    const element = elements[this.open.length];
    if (element === undefined) return this.refuse('<entry> takes text alone');
    if (name !== element.name) {
      const parent = elements[this.open.length - 1]?.name;
      return this.refuse(
        parent === undefined
          ? 'it is not one element <messages>'
          : `<${parent}> takes <${element.name}> alone`,
      );
    }
    const value = element.attribute === undefined ? '' : attributes[element.attribute];
    if (element.attribute !== undefined && (value === undefined || value.trim() === '')) {
      return this.refuse(`<${element.name}> has no ${element.attribute}`);
    }
    if (value !== undefined && value.length > maxNameLength) {
      return this.refuse(
        `<${element.name}> has a name of more than ${String(maxNameLength)} characters`,
      );
    }
    this.open.push(value ?? '');
    this.words = '';
    if (element.name === 'locale') this.hasText = false;
  }

  private add(text: string): void {
    if (this.open.length === elements.length) {
      this.words += text;
      if (this.words.length <= maxTextLength) return;
      this.refuse(`a text has more than ${String(maxTextLength)} characters`);
    } else if (this.open.length > 0 && text.trim() !== '') {
      const { name } = elements[this.open.length - 1] ?? elements[0];
      this.refuse(`<${name}> has text beside its elements`);
    }
  }

  private finish(): void {
    const [, id, language, key] = this.open;
    this.open.pop();
    if (id === undefined) return;
    const texts = this.texts.get(id) ?? new Map<string, string>();
    this.texts.set(id, texts);
    // Of several texts of one locale the first counts.
    if (language === undefined || key !== 'text' || this.hasText) return;
    this.hasText = true;
    texts.set(languageKey(language), this.plainText());
  }

  /** A line break in the file is for its readers; `\u000A` is one in the text. */
  private plainText(): string {
    const plain = this.words
      .split(/\r\n|\n|\r/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' ')
      .replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) =>
        String.fromCharCode(parseInt(code, 16)),
      );
    return /\0|\p{Surrogate}/u.test(plain)
      ? this.refuse('a text has a \\u that is no character')
      : plain;
  }

  private refuse(problem: string): never {
    throw new InvalidLocalizationFile(`line ${String(this.parser.line)}: ${problem}`);
  }
}

/**
 * What the parser complains of, without where, which is said otherwise, and without what it read.
 */
function withoutContent(complaint: string): string {
  return complaint
    .replace(/^\d+:\d+: /, '')
    .replace(/[:.].*$/s, '')
    .slice(0, 100);
}
