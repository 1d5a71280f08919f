import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { DomainError, invalidBody, payloadTooLarge, requestTimeout } from '../../errors/index.js';
import type { BodyLimits } from './body-limits.js';
import type { BodyMemoryReservation } from './body-memory.js';
import { Gathered } from './gathered.js';
import { hasBody } from './media-type.js';

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

/** A body that brings no byte for so long holds its memory no longer. */
const maxSilenceMs = 10_000;

/**
 * A body that holds much has to bring so many bytes within that time, or its end: 400 bytes a second are
 * slower than any line, and a byte now and then would hold the memory for minutes.
 */
const leastBytes = 4096;
const muchBytes = 65_536;

/** A body that was read; what it holds is given back when the request ends, or before. */
export interface ReadBody {
  readonly bytes: Buffer;
  readonly reservation: BodyMemoryReservation;
}

/**
 * Reads the whole body, its Content-Encoding undone; both forms of it keep within the bounds. A large
 * body that has come waits for its turn to be worked on.
 * @throws DomainError PayloadTooLarge, UnsupportedMediaType, TooManyBodies, RequestTimeout, or
 *   InvalidBody when the sender broke off
 */
export async function readBody(request: IncomingMessage, bounds: BodyLimits): Promise<ReadBody> {
  requireConnected(request);
  const decoding = decodingOfBody(request);
  const announced = contentLengthOf(request);
  if (announced > bounds.maxBytes) throw payloadTooLarge(bounds.maxBytes);
  const held = bounds.memory.reserveFor(request);
  try {
    const sent = new Gathered(bounds, held, announced);
    await readUntilEnd(request, sent);
    const bytes = sent.bytes();
    if (decoding === undefined || bytes.length === 0) {
      await held.takeTurn(bytes.length);
      return { bytes, reservation: held };
    }
    await held.takeTurn(Math.min(bytes.length * decoding.mostGrowth, bounds.maxBytes));
    const unpacked = new Gathered(bounds, held);
    await decompress(bytes, decoding.decoder(bytes[0] as number), unpacked);
    const result = unpacked.bytes();
    held.letGo(bytes.length * bounds.costPerByte);
    held.shrinkTurn(result.length);
    return { bytes: result, reservation: held };
  } catch (error) {
    held.release();
    throw error;
  }
}

/** As `readBody`, for who needs the bytes alone. */
export async function readBytes(request: IncomingMessage, bounds: BodyLimits): Promise<Buffer> {
  return (await readBody(request, bounds)).bytes;
}

/** Until the body has come to its end. */
function readUntilEnd(request: IncomingMessage, sink: Gathered): Promise<void> {
  return new Promise((resolve, reject) => {
    const silence = setTimeout(() => fail(requestTimeout(maxSilenceMs)), maxSilenceMs);
    let total = 0;
    let sinceRefresh = 0;
    const stop = (): void => {
      clearTimeout(silence);
      request.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak);
    };
    const fail = (error: unknown): void => {
      stop();
      reject(errorOf(error));
    };
    const onData = (chunk: Buffer): void => {
      total += chunk.length;
      sinceRefresh += chunk.length;
      if (total <= muchBytes || sinceRefresh >= leastBytes) {
        sinceRefresh = 0;
        silence.refresh();
      }
      try {
        sink.add(chunk);
      } catch (error) {
        fail(error);
      }
    };
    const onEnd = (): void => {
      stop();
      resolve();
    };
    const onBreak = (): void => fail(truncatedBody());
    request.on('data', onData).on('end', onEnd).on('error', onBreak).on('close', onBreak);
  });
}

/** Until all of it is unpacked. @throws DomainError PayloadTooLarge, TooManyBodies, InvalidBody */
function decompress(packed: Buffer, decoder: Duplex, sink: Gathered): Promise<void> {
  return new Promise((resolve, reject) => {
    decoder.on('data', (chunk: Buffer) => {
      try {
        sink.add(chunk);
      } catch (error) {
        decoder.destroy();
        reject(errorOf(error));
      }
    });
    decoder.on('end', resolve).on('error', () => {
      reject(invalidBody('the body is not in its Content-Encoding, or was cut short'));
    });
    decoder.end(packed);
  });
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function truncatedBody(): DomainError {
  return invalidBody('the body was cut short');
}

/**
 * Whoever breaks off while the access policy is at work has sent its last event before anybody
 * listens; waiting for the body would never end.
 * @throws DomainError InvalidBody
 */
function requireConnected(request: IncomingMessage): void {
  if (request.destroyed) throw truncatedBody();
}

/** Whether bytes of the body may still be on their way. */
export function hasUnreadBody(request: IncomingMessage): boolean {
  return hasBody(request) && !request.readableEnded && !request.destroyed;
}

/** The Content-Length of the request; 0 when it names none. */
function contentLengthOf(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0);
}

/** How much of a body is read and thrown away at most. */
export interface DrainBounds {
  readonly mostBytes: number;
  readonly longestMs: number;
}

/** Of a body that was refused: its sender is to see the answer. */
const refusedBounds: DrainBounds = { mostBytes: 256 * 1024 * 1024, longestMs: 10_000 };

/**
 * Reads what is left of a request's body and throws it away, within bounds: closing a connection
 * with unread bytes on it resets it, and the sender would miss the answer.
 */
export async function discardBody(
  request: IncomingMessage,
  { mostBytes, longestMs }: DrainBounds = refusedBounds,
): Promise<void> {
  if (!hasUnreadBody(request) || contentLengthOf(request) > mostBytes) return;
  await new Promise<void>((resolve) => {
    let drained = 0;
    const timer = setTimeout(done, longestMs);
    function onData(chunk: Buffer): void {
      drained += chunk.length;
      if (drained > mostBytes) done();
    }
    function done(): void {
      clearTimeout(timer);
      request.off('data', onData).off('end', done).off('error', done).off('close', done);
      resolve();
    }
    request.on('data', onData).on('end', done).on('error', done).on('close', done);
    request.resume();
  });
}
