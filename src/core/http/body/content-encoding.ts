import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { DomainError } from '../../errors/index.js';

/** How an encoding is undone. */
interface Decoding {
  /** Makes what undoes it, from the first byte of the body. */
  readonly decoder: (firstByte: number) => Duplex;
  /** How many bytes one byte becomes at most. */
  readonly mostGrowth: number;
}

/** Written at once as they come, pieces of this size are fewer than of the usual 16 KiB. */
const options = { chunkSize: 65_536 };

/** The format has no room for more than 258 bytes in two bits. */
const mostGrowth = 1032;

const gzip: Decoding = { decoder: () => createGunzip(options), mostGrowth };

const decodings: ReadonlyMap<string, Decoding> = new Map([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['br', { decoder: () => createBrotliDecompress(options), mostGrowth: Infinity }],
  [
    'deflate',
    {
      // Some clients send it with the header of zlib, as RFC 9110 wants it, and some without.
      decoder: (first: number) =>
        (first & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options),
      mostGrowth,
    },
  ],
]);

/**
 * How the request's Content-Encoding is undone; undefined when there is none.
 * @throws DomainError UnsupportedMediaType
 */
export function decodingOfBody(request: IncomingMessage): Decoding | undefined {
  const header = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (header === '' || header === 'identity') return undefined;
  const decoding = decodings.get(header);
  if (decoding !== undefined) return decoding;
  throw new DomainError(
    'unsupportedMediaType',
    'UnsupportedMediaType',
    `the content encoding ${header.slice(0, 40)} is not taken; send gzip, deflate, br or none`,
  );
}
