import type { IncomingMessage } from 'node:http';
import { invalidBody, payloadTooLarge } from '../../errors/index.js';
import { hasBody } from './media-type.js';

/** How much of a refused body is read and thrown away so that its sender sees the answer. */
const mostDrainedBytes = 256 * 1024 * 1024;
const longestDrainMs = 10_000;

/**
 * Reads the whole body.
 * @param limitBytes how much it may hold
 * @throws DomainError PayloadTooLarge, or InvalidBody when the sender broke off
 */
export async function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  requireSender(request);
  if (announcedBytes(request) > limitBytes) throw payloadTooLarge(limitBytes);
  const chunks: Buffer[] = [];
  let total = 0;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      request.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak);
    };
    const onData = (chunk: Buffer): void => {
      total += chunk.length;
      if (total <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      stop();
      reject(payloadTooLarge(limitBytes));
    };
    const onEnd = (): void => {
      stop();
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, total));
    };
    const onBreak = (): void => {
      stop();
      reject(invalidBody('the body was cut short'));
    };
    request.on('data', onData).on('end', onEnd).on('error', onBreak).on('close', onBreak);
  });
}

/**
 * Whoever breaks off while the access policy is at work has sent its last event before anybody
 * listens; waiting for the body would never end.
 * @throws DomainError InvalidBody
 */
export function requireSender(request: IncomingMessage): void {
  if (request.destroyed) throw invalidBody('the body was cut short');
}

/** Whether bytes of the body may still be on their way. */
export function isUnread(request: IncomingMessage): boolean {
  return hasBody(request) && !request.readableEnded && !request.destroyed;
}

/** The Content-Length of the request; 0 when it names none. */
export function announcedBytes(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0);
}

/**
 * Reads what is left of a request's body and throws it away, within bounds: closing a connection
 * with unread bytes on it resets it, and the sender would miss the answer.
 */
export async function drain(request: IncomingMessage): Promise<void> {
  if (!isUnread(request) || announcedBytes(request) > mostDrainedBytes) return;
  await new Promise<void>((resolve) => {
    let drained = 0;
    const timer = setTimeout(done, longestDrainMs);
    function onData(chunk: Buffer): void {
      drained += chunk.length;
      if (drained > mostDrainedBytes) done();
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
