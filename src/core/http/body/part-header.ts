import { isUtf8 } from 'node:buffer';
import { mimeTypeOf } from './media-type.js';

const parameter = /\s*;\s*([^\s=;"]+)\s*=\s*(?:"((?:\\["\\]|[^"\\]|\\(?!["\\]))*)"|([^;\s"]*))/y;

/** What a part's Content-Disposition says of it. */
export interface Disposition {
  readonly name: string | undefined;
  /** Without a path; undefined when none is given. */
  readonly fileName: string | undefined;
}

/** @param charset of the names, unless they are in no such */
export function dispositionOf(header: string, charset: string): Disposition {
  const parameters = parametersOf(header);
  const [name, plain] = ['name', 'filename'].map((key) => {
    const sent = parameters.get(key);
    return sent === undefined ? undefined : unescapeName(textOf(sent, charset));
  });
  const fileName = decodeExtendedValue(parameters.get('filename*')) ?? plain;
  return { name, fileName: fileName === undefined ? undefined : withoutPath(fileName) };
}

/** What a part's Content-Type says. */
export interface PartType {
  /** As it was sent. */
  readonly text: string;
  /** Its parameter, in lower case; undefined when it names none. */
  readonly charset: string | undefined;
}

/** Undefined for what is no content type. */
export function contentTypeOf(header: string | undefined): PartType | undefined {
  if (header === undefined || header.length > 1000 || !/^[\x20-\x7e]+$/.test(header))
    return undefined;
  const type = mimeTypeOf(header);
  if (type === undefined || type.essence === '') return undefined;
  return { text: header, charset: type.params.get('charset')?.toLowerCase() };
}

/** One match after the other, from the first semicolon on: what follows a fault is not read. */
function parametersOf(header: string): Map<string, string> {
  const parameters = new Map<string, string>();
  const start = header.indexOf(';');
  if (start === -1) return parameters;
  parameter.lastIndex = start;
  for (let match = parameter.exec(header); match !== null; match = parameter.exec(header)) {
    const [, name = '', quoted, token = ''] = match;
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(["\\])/g, '$1') ?? token);
  }
  return parameters;
}

const latin = new TextDecoder('windows-1252');

/** Browsers send UTF-8 and say so nowhere; older clients send Latin-1. */
function textOf(sent: string, charset: string): string {
  const bytes = Buffer.from(sent, 'latin1');
  const isLatin = charset === 'iso-8859-1' || charset === 'latin1';
  return !isLatin && isUtf8(bytes) ? bytes.toString('utf8') : latin.decode(bytes);
}

/** `UTF-8''bild%20%C3%A4.png` (RFC 5987); undefined when it cannot be read. */
function decodeExtendedValue(sent: string | undefined): string | undefined {
  const [, charset = '', encoded = ''] = /^([\w-]+)'[^']*'(.*)$/.exec(sent ?? '') ?? [];
  if (charset === '') return undefined;
  const bytes = encoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  try {
    return new TextDecoder(charset, { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Browsers escape these three, and these alone, in names (WHATWG HTML, form submission). */
function unescapeName(name: string): string {
  return name.replace(/%0A|%0D|%22/gi, decodeURIComponent);
}

function withoutPath(fileName: string): string {
  const base = fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
  return base === '.' || base === '..' ? '' : base;
}
