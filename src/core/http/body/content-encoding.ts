import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { DomainError } from '../../errors/index.js';

/** Makes what undoes an encoding, from the first byte of the body. */
type Decoder = (firstByte: number) => Duplex;

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['br', () => createBrotliDecompress()],
  // Some clients send it with the header of zlib, as RFC 9110 wants it, and some without.
  ['deflate', (first) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw())],
]);

/**
 * What undoes the request's Content-Encoding; undefined when there is none.
 * @throws DomainError UnsupportedMediaType
 */
export function decoderOfBody(request: IncomingMessage): Decoder | undefined {
  const header = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (header === '' || header === 'identity') return undefined;
  const decoder = decoders.get(header);
  if (decoder !== undefined) return decoder;
  throw new DomainError(
    'unsupportedMediaType',
    'UnsupportedMediaType',
    `the content encoding ${header.slice(0, 40)} is not taken; send gzip, deflate, br or none`,
  );
}
