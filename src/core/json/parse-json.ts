import { invalidBody, invalidText } from '../errors/index.js';
import { JsonNumber } from './json-number.js';
import { ObjectBuilder } from './json-object.js';

/** How much structure a text may have. */
export interface JsonLimits {
  /** Objects and arrays inside each other. */
  readonly levels: number;
  /** Members of objects and elements of arrays, all together. */
  readonly members: number;
}

/** What a body may have (docs/compatibility.md, Request bodies); nobody's data comes near it. */
export const bodyLimits: JsonLimits = { levels: 64, members: 20_000 };

/** A text that is no JSON. */
export class JsonSyntaxError extends Error {}

/**
 * Reads JSON so that it can be written again as it was sent: numbers with digits or a form that
 * JavaScript would lose are `JsonNumber`s, objects know the order of their members (`entriesOf`),
 * of a member that is repeated the last counts. Linear, and done as soon as a limit is passed.
 * @throws JsonSyntaxError; DomainError InvalidBody beyond the limits, InvalidText for text that
 *   PostgreSQL cannot hold
 */
export function parseJson(text: string, limits: JsonLimits = bodyLimits): unknown {
  return new Parser(text, limits).parse();
}

const unlimited: JsonLimits = { levels: Infinity, members: Infinity };

/** As `parseJson`, of what the database holds. */
export function parseStoredJson(text: string): unknown {
  return new Parser(text, unlimited).parse();
}

const blanks = /[\t\n\r ]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const [quote, comma, colon, backslash] = [0x22, 0x2c, 0x3a, 0x5c];
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

class Parser {
  private at = 0;
  private members = 0;
  private level = 0;
  /** The name of the member at each level, for the words of a refusal. */
  private readonly path: string[] = [];

  constructor(
    private readonly text: string,
    private readonly limits: JsonLimits,
  ) {}

  parse(): unknown {
    const value = this.value();
    this.skipBlanks();
    if (this.at < this.text.length) throw this.unexpected();
    return value;
  }

  private value(): unknown {
    this.skipBlanks();
    switch (this.text.charCodeAt(this.at)) {
      case quote:
        return this.string('');
      case openObject:
        return this.object();
      case openArray:
        return this.array();
      default:
        return this.literal('true', true) ?? this.literal('false', false) ?? this.nullOrNumber();
    }
  }

  private nullOrNumber(): unknown {
    return this.text.startsWith('null', this.at) ? this.literal('null', null) : this.number();
  }

  private object(): unknown {
    this.open();
    const builder = new ObjectBuilder();
    if (!this.consumeIf(closeObject)) {
      do {
        this.count();
        this.skipBlanks();
        if (this.text.charCodeAt(this.at) !== quote) throw this.unexpected();
        const name = this.string('name ');
        this.path[this.level] = name;
        if (!this.consumeIf(colon)) throw this.unexpected();
        builder.set(name, this.value());
      } while (this.consumeIf(comma));
      if (!this.consumeIf(closeObject)) throw this.unexpected();
    }
    this.close();
    return builder.build();
  }

  private array(): unknown {
    this.open();
    const items: unknown[] = [];
    if (!this.consumeIf(closeArray)) {
      do {
        this.count();
        items.push(this.value());
      } while (this.consumeIf(comma));
      if (!this.consumeIf(closeArray)) throw this.unexpected();
    }
    this.close();
    return items;
  }

  private string(what: string): string {
    const start = ++this.at;
    this.skipPlainText();
    if (this.text.charCodeAt(this.at) === quote) return this.text.slice(start, this.at++);
    while (this.text.charCodeAt(this.at) === backslash) {
      this.at += 2;
      this.skipPlainText();
    }
    if (this.text.charCodeAt(this.at) !== quote) throw this.unexpected();
    const text = this.unescaped(this.text.slice(start - 1, ++this.at), start);
    if (text.includes('\0')) throw this.unstorable(what, text, 'a NUL character');
    if (!text.isWellFormed()) throw this.unstorable(what, text, 'half of a surrogate pair');
    return text;
  }

  private unescaped(literal: string, start: number): string {
    try {
      return JSON.parse(literal) as string;
    } catch {
      throw new JsonSyntaxError(`there is a bad escape in the text at position ${String(start)}`);
    }
  }

  private number(): unknown {
    number.lastIndex = this.at;
    if (!number.test(this.text)) throw this.unexpected();
    const text = this.text.slice(this.at, number.lastIndex);
    this.at = number.lastIndex;
    const value = Number(text);
    return String(value) === text ? value : new JsonNumber(text);
  }

  private literal<Value>(word: string, value: Value): Value | undefined {
    if (!this.text.startsWith(word, this.at)) return undefined;
    this.at += word.length;
    return value;
  }

  private consumeIf(code: number): boolean {
    this.skipBlanks();
    if (this.text.charCodeAt(this.at) !== code) return false;
    this.at++;
    return true;
  }

  private skipBlanks(): void {
    if (this.text.charCodeAt(this.at) > 0x20) return;
    blanks.lastIndex = this.at;
    blanks.test(this.text);
    this.at = blanks.lastIndex;
  }

  /** Control characters end it: JSON has none of them within a string. */
  private skipPlainText(): void {
    let code = this.text.charCodeAt(this.at);
    while (code >= 0x20 && code !== quote && code !== backslash) {
      code = this.text.charCodeAt(++this.at);
    }
  }

  private open(): void {
    this.at++;
    if (++this.level > this.limits.levels) {
      throw invalidBody(`the JSON is nested deeper than ${String(this.limits.levels)} levels`);
    }
    this.path[this.level] = '';
  }

  private close(): void {
    this.level--;
    this.path.length = this.level + 1;
  }

  private count(): void {
    if (++this.members > this.limits.members) {
      throw invalidBody(`the JSON has more than ${String(this.limits.members)} members`);
    }
  }

  private unstorable(what: string, text: string, has: string): Error {
    const names = this.path.slice(1, what === '' ? undefined : this.level);
    const path = [...names, ...(what === '' ? [] : [text])].filter((name) => name !== '');
    const shown = JSON.stringify(path.join('.').slice(0, 200));
    return invalidText(`the field ${what}${shown}`, has);
  }

  private unexpected(): JsonSyntaxError {
    const found = this.text.slice(this.at, this.at + 1);
    return new JsonSyntaxError(
      found === ''
        ? 'it ends too early'
        : `${JSON.stringify(found)} at position ${String(this.at)} was not expected`,
    );
  }
}
