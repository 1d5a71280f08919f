import { isUtf8 } from 'node:buffer';
import { invalidText } from '../../errors/index.js';
import { type FieldValue, maxFields, requireStorable, tooManyFields } from './fields.js';
import { decoderOf } from './decode-text.js';

/** @param where what the bytes stand in, for the words of a refusal: a value may be a secret */
type Decode = (bytes: Buffer, where: () => string) => string;

/**
 * Reads `application/x-www-form-urlencoded` text. Names are plain: `a[b]` is a name like any
 * other. A percent sign that encodes nothing stands for itself, as browsers read it.
 * @throws DomainError InvalidText, or TooManyKeys beyond `maxFields`
 */
export function parseForm(body: Buffer, charset: string): Map<string, FieldValue> {
  return parseFields('the body', body, charset === 'utf-8' ? decodeUtf8 : decodeAs(charset));
}

/**
 * The parameters of a query string, read as a form body is.
 * @throws DomainError InvalidText, or TooManyKeys beyond `maxFields`
 */
export function queryFields(url: string): Map<string, FieldValue> {
  const query = queryOf(url);
  return query === undefined
    ? new Map<string, FieldValue>()
    : parseFields('the query', query, decodeUtf8);
}

/**
 * Refuses a query string that `queryFields` would refuse, for who reads it in another way.
 * @throws DomainError InvalidText, TooManyKeys
 */
export function requireReadableQuery(url: string): void {
  // Neither escapes nor room for so many parameters: nothing to refuse.
  if (url.length < maxFields && !url.includes('%')) return;
  const query = queryOf(url);
  if (query === undefined) return;
  let pairs = 0;
  for (const pair of splitPairs(query)) {
    if (++pairs > maxFields) throw tooManyFields('the query');
    decodeUtf8(unescapedBytes(pair), () => `parameter ${String(pairs)} of the query`);
  }
}

/** Every value of one name in a query string, in their order. */
export function queryValues(url: string, name: string): string[] {
  const start = url.indexOf('?');
  return start === -1 ? [] : valuesOf(url.slice(start + 1), name);
}

/** @throws DomainError TooManyKeys beyond `maxFields` */
export function requireFieldLimit(text: string): void {
  let fields = 1;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    if (++fields > maxFields) throw tooManyFields('the body');
  }
}

/** Every value of one name in URL-encoded text, in their order. */
export function valuesOf(text: string, name: string): string[] {
  return new URLSearchParams(text).getAll(name);
}

function queryOf(url: string): Buffer | undefined {
  const start = url.indexOf('?');
  return start === -1 ? undefined : Buffer.from(url.slice(start + 1), 'latin1');
}

const [ampersand, equalsSign, percent, plus, blank] = [0x26, 0x3d, 0x25, 0x2b, 0x20];

function parseFields(what: string, body: Buffer, decode: Decode): Map<string, FieldValue> {
  const fields = new Map<string, FieldValue>();
  let pairs = 0;
  for (const pair of splitPairs(body)) {
    if (++pairs > maxFields) throw tooManyFields(what);
    const equals = pair.indexOf(equalsSign);
    const place = `field ${String(pairs)} of ${what}`;
    const name = decode(
      unescapedBytes(equals === -1 ? pair : pair.subarray(0, equals)),
      () => `the name of ${place}`,
    );
    const text =
      equals === -1
        ? ''
        : decode(
            unescapedBytes(pair.subarray(equals + 1)),
            () => `the field ${JSON.stringify(name.slice(0, 60))}, ${place},`,
          );
    requireStorable(name, text);
    fields.set(name, text);
  }
  return fields;
}

/** What stands between the ampersands, without what is empty. */
function* splitPairs(body: Buffer): Generator<Buffer> {
  for (let start = 0; start <= body.length;) {
    const found = body.indexOf(ampersand, start);
    const end = found === -1 ? body.length : found;
    if (end > start) yield body.subarray(start, end);
    start = end + 1;
  }
}

/** A byte at a time: a text of escapes alone takes no longer than any other. */
function unescapedBytes(encoded: Buffer): Buffer {
  if (!encoded.includes(percent) && !encoded.includes(plus)) return encoded;
  const bytes = Buffer.allocUnsafe(encoded.length);
  let length = 0;
  for (let at = 0; at < encoded.length; at++) {
    let byte = encoded[at] as number;
    if (byte === plus) byte = blank;
    else if (byte === percent) {
      const [high, low] = [digitOf(encoded[at + 1]), digitOf(encoded[at + 2])];
      if (high >= 0 && low >= 0) {
        byte = high * 16 + low;
        at += 2;
      }
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

/** The value of a hexadecimal digit; -1 for what is none. */
function digitOf(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function decodeUtf8(bytes: Buffer, where: () => string): string {
  if (!isUtf8(bytes)) throw invalidText(where(), 'bytes not in UTF-8');
  return bytes.toString('utf8');
}

function decodeAs(charset: string): Decode {
  const decoder = decoderOf(charset);
  return (bytes, where) => {
    try {
      return decoder.decode(bytes);
    } catch {
      throw invalidText(where(), `bytes not in ${charset}`);
    }
  };
}
