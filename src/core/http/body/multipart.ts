import type { IncomingMessage } from 'node:http';
import { invalidBody, unsupportedMediaType } from '../../errors/index.js';
import { type BodyBounds, TextBudget } from './body-bounds.js';
import { type FieldValue, mostFields, requireStorable, tooManyFields } from './fields.js';
import type { MediaType } from './media-type.js';
import { type Part, partsOf } from './multipart-parts.js';
import { charsetOf, contentTypeOf, dispositionOf } from './part-header.js';
import { readBytes } from './read-bytes.js';

/** What values and names may be in. */
const charsets = new Set(['utf-8', 'utf8', 'us-ascii', 'iso-8859-1', 'latin1']);

const longestName = 4096;

/**
 * Reads a multipart body, values and files; of one name sent twice the last wins. Names are plain:
 * `a[b]` is a name like any other. A part is a file when it has a file name, or a content type
 * other than text; then it is named by its field (conventions.md).
 * @throws DomainError PayloadTooLarge, UnsupportedMediaType, InvalidText, TooManyKeys, or
 *   InvalidBody when it is cut short or damaged
 */
export async function readMultipart(
  request: IncomingMessage,
  { charset, boundary }: MediaType,
  bounds: BodyBounds,
): Promise<Map<string, FieldValue>> {
  if (!charsets.has(charset)) throw unsupportedCharset(`with charset ${charset.slice(0, 40)}`);
  if (boundary === undefined) throw invalidBody('the multipart body names no boundary');
  const body = await readBytes(request, bounds);
  const fields = new Map<string, FieldValue>();
  const text = new TextBudget(bounds.mostTextBytes);
  let parts = 0;
  for (const part of partsOf(body, boundary)) {
    if (++parts > mostFields) throw tooManyFields('the body');
    text.take(part.headerBytes);
    const disposition = dispositionOf(part.headers.get('content-disposition') ?? '', charset);
    const { name } = disposition;
    if (name === undefined || name.length > longestName) continue;
    const value = valueOf(part, name, disposition.fileName, charset);
    if (value === undefined) continue;
    if (typeof value === 'string') text.take(part.content.length);
    requireStorable(name, typeof value === 'string' ? value : '');
    fields.set(name, value);
  }
  return fields;
}

/** undefined: a file field of a page that was left empty. */
function valueOf(
  { headers, content }: Part,
  name: string,
  fileName: string | undefined,
  charset: string,
): FieldValue | undefined {
  if (fileName === '' && content.length === 0) return undefined;
  const sent = headers.get('content-type');
  const contentType = contentTypeOf(sent);
  const isText = contentType === undefined || /^text\//i.test(contentType);
  if (fileName === undefined && isText) {
    return textOf(content, (contentType && charsetOf(contentType)) ?? charset);
  }
  const file = {
    // RFC 7578, 4.4: text/plain when it names none.
    contentType: contentType ?? (sent ? 'application/octet-stream' : 'text/plain'),
    fileName: fileName || name,
  };
  requireStorable(`${name} (its file name)`, file.fileName);
  return { bytes: content, ...file };
}

/** Bytes that are no text of the charset become the sign for that, as browsers show them. */
function textOf(content: Buffer, charset: string): string {
  if (!charsets.has(charset)) throw unsupportedCharset('of a part, by its charset,');
  return charset === 'iso-8859-1' || charset === 'latin1'
    ? new TextDecoder('windows-1252').decode(content)
    : content.toString('utf8');
}

function unsupportedCharset(sent: string): Error {
  return unsupportedMediaType(sent, ['charset=utf-8']);
}
