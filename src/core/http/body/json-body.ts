import { DomainError, invalidBody } from '../../errors/index.js';
import {
  numberTextOf,
  entriesOf,
  isJsonObject,
  JsonSyntaxError,
  parseJson as readLossless,
} from '../../json/index.js';
import type { FieldValue } from './fields.js';
import { decodeText } from './decode-text.js';

/** How malformed JSON is answered: the Service API documents a 500, all else is 400. */
export type MalformedJson = 'serverError' | 'badRequest';

type JsonBody = Readonly<Record<string, unknown>>;

/**
 * Reads a JSON body, its digits and its order kept (core/json).
 * @throws DomainError InvalidBody, InvalidText
 */
export function parseJson(body: Buffer, charset: string, malformed: MalformedJson): unknown {
  const text = decodeText(body, charset);
  if (text === undefined) throw unreadableJson(`the bytes are not in ${charset}`, malformed);
  try {
    return readLossless(stripByteOrderMark(text));
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unreadableJson(error.message, malformed);
    throw error;
  }
}

/** As `parseJson`, of text that may be no JSON at all: then undefined. */
export function tryParseJson(text: string): unknown {
  try {
    return readLossless(stripByteOrderMark(text));
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

/** Without a byte order mark. */
export function stripByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** @throws DomainError InvalidBody when the value is no JSON object */
export function requireObject(value: unknown): JsonBody {
  if (!isJsonObject(value)) throw invalidBody('the JSON body must be an object');
  return value;
}

/**
 * The fields of a JSON object, each as text: scalars as they were sent, maps and arrays in the
 * form of the 8.5 page (`{street=mystreet, city=mycity}`), null as absent (docs/compatibility.md,
 * Request bodies).
 * @throws DomainError InvalidBody
 */
export function jsonFields(value: unknown): Map<string, FieldValue> {
  const fields = new Map<string, FieldValue>();
  for (const [name, member] of entriesOf(requireObject(value))) {
    // Of a name that is repeated the last counts, also when that is null.
    if (member !== null) fields.set(name, textOf(member));
  }
  return fields;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const pieces: string[] = [];
  appendText(value, pieces);
  return pieces.join('');
}

/** One list of pieces for all levels: joined at each, a deep text would be copied as often. */
function appendText(value: unknown, pieces: string[]): void {
  if (Array.isArray(value)) {
    pieces.push('[');
    value.forEach((item, index) => {
      if (index > 0) pieces.push(', ');
      appendText(item, pieces);
    });
    pieces.push(']');
  } else if (isJsonObject(value)) {
    pieces.push('{');
    entriesOf(value).forEach(([name, member], index) => {
      pieces.push(index > 0 ? ', ' : '', name, '=');
      appendText(member, pieces);
    });
    pieces.push('}');
  } else {
    pieces.push(numberTextOf(value) ?? String(value));
  }
}

function unreadableJson(why: string, malformed: MalformedJson): DomainError {
  const kind = malformed === 'serverError' ? 'rejected' : 'invalid';
  return new DomainError(kind, 'InvalidBody', `Could not read JSON: ${why}`);
}
