import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type DomainError,
  invalidBody,
  payloadTooLarge,
  requestTimeout,
} from '../../errors/index.js';
import type { BodyBounds } from './body-bounds.js';
import type { HeldBody } from './body-memory.js';
import { decodingOfBody } from './content-encoding.js';
import { Gathered } from './gathered.js';
import { hasBody } from './media-type.js';

/** A body that brings no byte for so long holds its memory no longer. */
const longestSilenceMs = 10_000;

/** A body that was read; what it holds is given back when the request ends, or before. */
export interface ReadBody {
  readonly bytes: Buffer;
  readonly held: HeldBody;
}

/**
 * Reads the whole body, its Content-Encoding undone; both forms of it keep within the bounds. A large
 * body that has come waits for its turn to be worked on.
 * @throws DomainError PayloadTooLarge, UnsupportedMediaType, TooManyBodies, RequestTimeout, or
 *   InvalidBody when the sender broke off
 */
export async function readBody(request: IncomingMessage, bounds: BodyBounds): Promise<ReadBody> {
  requireSender(request);
  const decoding = decodingOfBody(request);
  const announced = announcedBytes(request);
  if (announced > bounds.mostBytes) throw payloadTooLarge(bounds.mostBytes);
  const held = bounds.memory.openFor(request);
  try {
    const sent = new Gathered(bounds, held, announced);
    await received(request, sent);
    const bytes = sent.bytes();
    if (decoding === undefined || bytes.length === 0) {
      await held.takeTurn(bytes.length);
      return { bytes, held };
    }
    await held.takeTurn(Math.min(bytes.length * decoding.mostGrowth, bounds.mostBytes));
    const unpacked = new Gathered(bounds, held);
    await unpack(bytes, decoding.decoder(bytes[0] as number), unpacked);
    const result = unpacked.bytes();
    held.letGo(bytes.length * bounds.costPerByte);
    held.shrinkTurn(result.length);
    return { bytes: result, held };
  } catch (error) {
    held.release();
    throw error;
  }
}

/** As `readBody`, for who needs the bytes alone. */
export async function readBytes(request: IncomingMessage, bounds: BodyBounds): Promise<Buffer> {
  return (await readBody(request, bounds)).bytes;
}

/** Until the body has come to its end. */
function received(request: IncomingMessage, sink: Gathered): Promise<void> {
  return new Promise((resolve, reject) => {
    const silence = setTimeout(() => fail(requestTimeout(longestSilenceMs)), longestSilenceMs);
    const stop = (): void => {
      clearTimeout(silence);
      request.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak);
    };
    const fail = (error: unknown): void => {
      stop();
      reject(errorOf(error));
    };
    const onData = (chunk: Buffer): void => {
      silence.refresh();
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
    const onBreak = (): void => fail(cutShort());
    request.on('data', onData).on('end', onEnd).on('error', onBreak).on('close', onBreak);
  });
}

/** Until all of it is unpacked. @throws DomainError PayloadTooLarge, TooManyBodies, InvalidBody */
function unpack(packed: Buffer, decoder: Duplex, sink: Gathered): Promise<void> {
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

function cutShort(): DomainError {
  return invalidBody('the body was cut short');
}

/**
 * Whoever breaks off while the access policy is at work has sent its last event before anybody
 * listens; waiting for the body would never end.
 * @throws DomainError InvalidBody
 */
function requireSender(request: IncomingMessage): void {
  if (request.destroyed) throw cutShort();
}

/** Whether bytes of the body may still be on their way. */
export function isUnread(request: IncomingMessage): boolean {
  return hasBody(request) && !request.readableEnded && !request.destroyed;
}

/** The Content-Length of the request; 0 when it names none. */
function announcedBytes(request: IncomingMessage): number {
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
export async function drain(
  request: IncomingMessage,
  { mostBytes, longestMs }: DrainBounds = refusedBounds,
): Promise<void> {
  if (!isUnread(request) || announcedBytes(request) > mostBytes) return;
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
