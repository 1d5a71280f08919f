import type { Writable } from 'node:stream';
import type { Request, Response } from 'express';
import multer, { MulterError, type Options } from 'multer';
import {
  DomainError,
  invalidBody,
  payloadTooLarge,
  unsupportedMediaType,
} from '../../errors/index.js';
import { type BodyLimits, TextBudget } from './body-limits.js';
import { type FieldValue, maxFields, requireStorable, tooManyFields } from './fields.js';
import { FilesInBody } from './files-in-body.js';
import type { MediaType } from './media-type.js';
import { contentTypeOf, dispositionOf } from './part-header.js';
import { type PartHeaders, rewritePartHeaders } from './busboy-part-headers.js';
import { readBody } from './read-bytes.js';

/** What values and names may be in. */
const charsets = new Set(['utf-8', 'utf8', 'us-ascii', 'iso-8859-1', 'latin1']);

const maxNameLength = 4096;

/** Takes busboy some 2 ms at the most, whatever it holds. */
const sliceBytes = 131_072;

/** A part, by what its headers say. */
interface Part {
  readonly name: string;
  /** Undefined for a value. */
  readonly file: { readonly contentType: string; readonly fileName: string } | undefined;
  /** Of a value. */
  readonly charset: string;
}

/** What multer found, by the number of the part. */
interface PartContents {
  readonly values: Readonly<Record<string, string>>;
  readonly files: ReadonlyMap<string, Buffer>;
}

/**
 * Reads a multipart body, values and files; of one name sent twice the last wins. Names are plain:
 * `a[b]` is a name like any other. A part is a file when it has a file name, or a content type
 * other than text; then it is named by its field (docs/compatibility.md, Request bodies).
 * @throws DomainError PayloadTooLarge, UnsupportedMediaType, InvalidText, TooManyKeys, or
 *   InvalidBody when it is cut short or damaged
 */
export async function readMultipart(
  request: Request,
  { charset, boundary }: MediaType,
  bounds: BodyLimits,
): Promise<Map<string, FieldValue>> {
  if (!charsets.has(charset)) throw unsupportedCharset(`with charset ${charset.slice(0, 40)}`);
  if (boundary === undefined) throw invalidBody('the multipart body names no boundary');
  const { bytes: body, reservation: held } = await readBody(request, bounds);
  const text = new TextBudget(bounds.maxTextBytes, held);
  const parts: (Part | undefined)[] = [];
  const contents = await splitParts(request, body, bounds.maxTextBytes, (headers, bytes) => {
    text.consume(bytes);
    const part = readPart(headers, charset);
    return canonicalHeaders(part, parts.push(part) - 1);
  });
  const fields = new Map<string, FieldValue>();
  for (const [number, part] of parts.entries()) {
    if (part === undefined) continue;
    const value = readPartValue(part, String(number), contents, text);
    if (value === undefined) continue;
    requireStorable(part.name, typeof value === 'string' ? value : '');
    fields.set(part.name, value);
  }
  return fields;
}

/** Has multer split the body; each part's headers become those that `rewrite` gives. */
function splitParts(
  request: Request,
  body: Buffer,
  mostTextBytes: number,
  rewrite: (headers: PartHeaders, bytes: number) => PartHeaders,
): Promise<PartContents> {
  return new Promise((resolve, reject) => {
    let isRefused = false;
    const refuse = (error: unknown): void => {
      isRefused = true;
      reject(refusalFrom(error, mostTextBytes));
    };
    const options: Options & { streamHandler: (request: Request, parser: Writable) => void } = {
      storage: new FilesInBody(body),
      limits: { parts: maxFields, fieldSize: mostTextBytes },
      streamHandler: (_, parser) => {
        // Multer tells of a fault only when it has torn everything down.
        parser.on('error', refuse);
        rewritePartHeaders(parser, rewrite);
        feedParser(parser, body, () => isRefused);
      },
    };
    multer(options).any()(request, request.res as Response, (error: unknown) => {
      if (error !== undefined && error !== null) {
        refuse(error);
        return;
      }
      const files = (request.files ?? []) as Express.Multer.File[];
      resolve({
        values: request.body as Record<string, string>,
        files: new Map(files.map(({ fieldname, buffer }) => [fieldname, buffer])),
      });
    });
  });
}

/** Gives the parser the body in slices, between which others have their turn. */
function feedParser(parser: Writable, body: Buffer, isRefused: () => boolean, at = 0): void {
  if (isRefused() || parser.destroyed) return;
  if (at >= body.length) {
    parser.end();
    return;
  }
  const end = at + sliceBytes;
  parser.write(body.subarray(at, end), (error) => {
    if (!error) setImmediate(feedParser, parser, body, isRefused, end);
  });
}

/** undefined: it is no part of a form, or has no name that can be one. */
function readPart(headers: PartHeaders, charset: string): Part | undefined {
  const { name, fileName } = dispositionOf(headers['content-disposition']?.[0] ?? '', charset);
  if (name === undefined || name.length > maxNameLength) return undefined;
  const sent = headers['content-type']?.[0];
  const contentType = contentTypeOf(sent);
  const isText = contentType === undefined || /^text\//i.test(contentType.text);
  if (fileName === undefined && isText) {
    return { name, file: undefined, charset: contentType?.charset ?? charset };
  }
  const file = {
    // RFC 7578, 4.4: text/plain when it names none.
    contentType: contentType?.text ?? (sent ? 'application/octet-stream' : 'text/plain'),
    fileName: fileName ?? name,
  };
  return { name, file, charset };
}

/**
 * What busboy understands without loss: a part is named by its number, and a value is given as
 * Latin-1, which keeps its bytes. A part without these headers is passed by.
 */
function canonicalHeaders(part: Part | undefined, number: number): PartHeaders {
  if (part === undefined) return {};
  const disposition = `form-data; name="${String(number)}"`;
  return part.file === undefined
    ? { 'content-disposition': [disposition], 'content-type': ['text/plain; charset=latin1'] }
    : {
        'content-disposition': [`${disposition}; filename="file"`],
        'content-type': ['application/octet-stream'],
      };
}

/** undefined: a file field of a page that was left empty. */
function readPartValue(
  { name, file, charset }: Part,
  number: string,
  { values, files }: PartContents,
  text: TextBudget,
): FieldValue | undefined {
  if (file === undefined) {
    const bytes = Buffer.from(values[number] ?? '', 'latin1');
    text.consume(bytes.length);
    return textOf(bytes, charset);
  }
  const bytes = files.get(number) ?? Buffer.alloc(0);
  if (file.fileName === '' && bytes.length === 0) return undefined;
  const fileName = file.fileName || name;
  requireStorable(`${name} (its file name)`, fileName);
  return { bytes, contentType: file.contentType, fileName };
}

/** Bytes that are no text of the charset become the sign for that, as browsers show them. */
function textOf(content: Buffer, charset: string): string {
  if (!charsets.has(charset)) throw unsupportedCharset('of a part, by its charset,');
  return charset === 'iso-8859-1' || charset === 'latin1'
    ? new TextDecoder('windows-1252').decode(content)
    : content.toString('utf8');
}

function refusalFrom(error: unknown, mostTextBytes: number): Error {
  if (error instanceof DomainError) return error;
  if (!(error instanceof MulterError)) {
    return invalidBody('the multipart body is damaged or was cut short');
  }
  switch (error.code) {
    case 'LIMIT_PART_COUNT':
      return tooManyFields('the body');
    case 'LIMIT_FIELD_VALUE':
      return payloadTooLarge(mostTextBytes);
    default:
      return invalidBody(`the multipart body cannot be read: ${error.message}`);
  }
}

function unsupportedCharset(sent: string): Error {
  return unsupportedMediaType(sent, ['charset=utf-8']);
}
