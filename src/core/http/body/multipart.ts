import type { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import type { Request, Response } from 'express';
import multer, { MulterError, type Options } from 'multer';
import {
  DomainError,
  invalidBody,
  payloadTooLarge,
  unsupportedMediaType,
} from '../../errors/index.js';
import { type FieldValue, mostFields, requireStorable } from './fields.js';
import { tooManyFields } from './form.js';
import { announcedBytes, requireSender } from './read-bytes.js';

/** Stands for a file in the order of the parts until multer has read it. */
const awaitedFile = Symbol('awaited file');
type PartValue = FieldValue | typeof awaitedFile;

interface StreamedOptions extends Options {
  defCharset: string;
  streamHandler: (request: Request, parser: Writable & EventEmitter) => void;
}

/** What busboy can decode; any other charset it answers with no value at all. */
const charsets = new Set(['utf-8', 'utf8', 'us-ascii', 'iso-8859-1', 'latin1']);

/**
 * Reads a multipart body as it streams in, values and files; of one name sent twice the last wins.
 * @param charset of names, and of values whose part names none
 * @param limitBytes how much the whole body may hold
 * @throws DomainError PayloadTooLarge, UnsupportedMediaType, or InvalidBody when it is cut short
 *   or damaged
 */
export async function readMultipart(
  request: Request,
  charset: string,
  limitBytes: number,
): Promise<Map<string, FieldValue>> {
  requireSender(request);
  if (!charsets.has(charset)) throw unsupportedCharset(`with charset ${charset.slice(0, 40)}`);
  if (announcedBytes(request) > limitBytes) throw payloadTooLarge(limitBytes);
  const parts = new Map<string, PartValue>();
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: unknown): void => reject(refusalOf(error, limitBytes));
    const options: StreamedOptions = {
      storage: multer.memoryStorage(),
      limits: { parts: mostFields, fieldSize: limitBytes, fieldNameSize: 4096 },
      // Browsers send names and file names in UTF-8 and say so nowhere.
      defParamCharset: charset,
      defCharset: charset,
      streamHandler: (_, parser) => {
        collectParts(parser, parts);
        boundBytes(request, parser, limitBytes);
        // Multer tells of a fault when the body has ended, which it may never do.
        parser.on('error', refuse).on('partsLimit', () => refuse(tooManyFields()));
        request.pipe(parser);
      },
    };
    multer(options).any()(request, request.res as Response, (error: unknown) => {
      if (error === undefined || error === null) resolve();
      else refuse(error);
    });
  });
  // Multer passes by what has no boundary that could be one.
  if (request.files === undefined) throw invalidBody('the multipart body names no boundary');
  return withFiles(parts, request);
}

/** Multer reads `a[b]` as a path into nested objects; here it is a plain name (storage.md). */
function collectParts(parser: Writable & EventEmitter, parts: Map<string, PartValue>): void {
  parser.removeAllListeners('field');
  parser.on('field', (name: string | undefined, text: string | undefined) => {
    if (text === undefined) parser.destroy(unsupportedCharset('of a part, by its charset,'));
    else if (name !== undefined) parts.set(unescapeName(name), text);
  });
  parser.on('file', (name: string | undefined, _: unknown, { filename }: { filename?: string }) => {
    if (name !== undefined && filename) parts.set(unescapeName(name), awaitedFile);
  });
}

/** Browsers escape these three, and these alone, in a part's name (WHATWG HTML, form submission). */
function unescapeName(name: string): string {
  return name.replace(/%0A|%0D|%22/gi, decodeURIComponent);
}

function unsupportedCharset(sent: string): DomainError {
  return unsupportedMediaType(sent, ['charset=utf-8']);
}

function boundBytes(request: Request, parser: Writable, limitBytes: number): void {
  let total = 0;
  request.on('data', (chunk: Buffer) => {
    total += chunk.length;
    if (total > limitBytes && !parser.destroyed) parser.destroy(payloadTooLarge(limitBytes));
  });
}

function refusalOf(error: unknown, limitBytes: number): Error {
  if (error instanceof DomainError) return error;
  if (!(error instanceof MulterError)) {
    return invalidBody('the multipart body is damaged or was cut short');
  }
  switch (error.code) {
    case 'LIMIT_PART_COUNT':
    case 'LIMIT_FIELD_COUNT':
    case 'LIMIT_FILE_COUNT':
      return tooManyFields();
    case 'LIMIT_FIELD_VALUE':
    case 'LIMIT_FILE_SIZE':
      return payloadTooLarge(limitBytes);
    default:
      return invalidBody(`the multipart body cannot be read: ${error.message}`);
  }
}

function withFiles(parts: Map<string, PartValue>, request: Request): Map<string, FieldValue> {
  for (const file of request.files as Express.Multer.File[]) {
    if (typeof parts.get(file.fieldname) === 'string') continue;
    requireStorable(`${file.fieldname} (its file name)`, file.originalname);
    parts.set(file.fieldname, {
      bytes: file.buffer,
      contentType: file.mimetype,
      fileName: file.originalname,
    });
  }
  const fields = new Map<string, FieldValue>();
  for (const [name, value] of parts) {
    if (value === awaitedFile) continue;
    requireStorable(name, typeof value === 'string' ? value : '');
    fields.set(name, value);
  }
  return fields;
}
