import { isUtf8 } from 'node:buffer';
import { DomainError, invalidText } from '../../errors/index.js';
import { type FieldValue, mostFields, requireStorable } from './fields.js';
import { decoderOf } from './text.js';

/**
 * Reads `application/x-www-form-urlencoded` text. Names are plain: `a[b]` is a name like any
 * other. A percent sign that encodes nothing stands for itself, as browsers read it.
 * @throws DomainError InvalidText, or TooManyKeys beyond `mostFields`
 */
export function parseForm(body: Buffer, charset: string): Map<string, FieldValue> {
  const decode = charset === 'utf-8' ? decodeUtf8 : decodeAs(charset);
  const fields = new Map<string, FieldValue>();
  let pairs = 0;
  for (const pair of pairsOf(body.toString('latin1'))) {
    if (pair === '') continue;
    if (++pairs > mostFields) throw tooManyFields();
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const text = equals === -1 ? '' : decode(pair.slice(equals + 1));
    requireStorable(name, text);
    fields.set(name, text);
  }
  return fields;
}

/**
 * The parameters of a query string, read as a form body is.
 * @throws DomainError InvalidText, or TooManyKeys beyond `mostFields`
 */
export function queryFields(url: string): Map<string, FieldValue> {
  const start = url.indexOf('?');
  if (start === -1) return new Map();
  return parseForm(Buffer.from(url.slice(start + 1), 'latin1'), 'utf-8');
}

/** Every value of one name in a query string, in their order. */
export function queryValues(url: string, name: string): string[] {
  const start = url.indexOf('?');
  return start === -1 ? [] : valuesOf(url.slice(start + 1), name);
}

/** Every value of one name in URL-encoded text, in their order. */
export function valuesOf(text: string, name: string): string[] {
  return new URLSearchParams(text).getAll(name);
}

export function tooManyFields(): DomainError {
  return new DomainError(
    'invalid',
    'TooManyKeys',
    `the body has more than ${String(mostFields)} fields`,
  );
}

function* pairsOf(text: string): Generator<string> {
  let start = 0;
  for (let end = text.indexOf('&'); end !== -1; end = text.indexOf('&', start)) {
    yield text.slice(start, end);
    start = end + 1;
  }
  yield text.slice(start);
}

const plain = /^[\w.*~ -]*$/;

/** `encoded` holds one character for each byte of the body. */
function decodeUtf8(encoded: string): string {
  if (plain.test(encoded)) return encoded;
  const bytes = bytesOf(encoded);
  if (!isUtf8(bytes)) throw invalidText(`the form value ${shown(encoded)}`, 'bytes not in UTF-8');
  return bytes.toString('utf8');
}

function decodeAs(charset: string): (encoded: string) => string {
  const decoder = decoderOf(charset);
  return (encoded) => {
    try {
      return decoder.decode(bytesOf(encoded));
    } catch {
      throw invalidText(`the form value ${shown(encoded)}`, `bytes not in ${charset}`);
    }
  };
}

function bytesOf(encoded: string): Buffer {
  const spaced = encoded.includes('+') ? encoded.replaceAll('+', ' ') : encoded;
  return Buffer.from(spaced.replace(escaped, byteOf), 'latin1');
}

const escaped = /%([0-9A-Fa-f]{2})/g;

function byteOf(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

function shown(encoded: string): string {
  return JSON.stringify(encoded.slice(0, 40));
}
