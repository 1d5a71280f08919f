import type { ServerResponse } from 'node:http';
import contentDisposition from 'content-disposition';
import { writeJson } from '../json/index.js';
import { closeWhenStalled, maxStallMs, waitForDrain } from './stalled-answer.js';

/** An answer of bytes that a caller once stored; it must never run in this server's origin. */
export class BytesAnswer {
  constructor(
    readonly bytes: Buffer,
    readonly contentType: string,
    readonly fileName: string,
  ) {}
}

/** An answer of text in another form than plain text or JSON, as YAML. */
export class TextAnswer {
  constructor(
    readonly text: string,
    readonly contentType: string,
  ) {}
}

/** An answer of JSON about something that was made, with the address where it is. */
export class LocatedAnswer {
  /** @param location absolute */
  constructor(
    readonly body: object,
    readonly location: string,
  ) {}
}

/** What a streamed answer holds. */
export interface StreamedBody {
  readonly contentType: string;
  /** What is sent, piece by piece; asked for the next one when the client has taken the last. */
  readonly chunks: AsyncGenerator<string | Uint8Array, void>;
  /** For an answer that is a file. */
  readonly file?: { readonly name: string; readonly bytes: number };
}

/** An answer too large to be held, written as it is made. */
export class StreamAnswer {
  /** @param begin called once the answer is sent; what it opens, its chunks close */
  constructor(readonly begin: () => StreamedBody | Promise<StreamedBody>) {}
}

export const jsonType = 'application/json;charset=UTF-8';
const plainText = 'text/plain;charset=UTF-8';

/**
 * Writes an answer: an object as JSON, a string as plain text, bytes with their own type, and
 * nothing as an empty body. Never cached: Cache-Control and Pragma as in the documents' captures.
 * @param stallMs how long the client may take nothing of it
 */
export function writeAnswer(
  response: ServerResponse,
  status: number,
  body: unknown,
  stallMs = maxStallMs,
): void {
  if (body === undefined || body === null) {
    send(response, status, undefined, '');
  } else if (typeof body === 'string') {
    send(response, status, plainText, body);
  } else if (body instanceof BytesAnswer) {
    sendBytes(response, status, body);
  } else if (body instanceof LocatedAnswer) {
    response.setHeader('Location', body.location);
    send(response, status, jsonType, writeJson(body.body));
  } else if (body instanceof TextAnswer) {
    send(response, status, body.contentType, body.text);
  } else {
    send(response, status, jsonType, writeJson(body));
  }
  closeWhenStalled(response, stallMs);
}

/**
 * Writes an answer of JSON at once and leaves its end, and with it that of the connection, to the
 * caller.
 */
export function writeEarly(response: ServerResponse, status: number, body: object): void {
  const text = writeJson(body);
  setHead(response, status, jsonType, text);
  response.setHeader('Connection', 'close');
  response.flushHeaders();
  if (response.req.method !== 'HEAD') response.write(text);
}

function send(
  response: ServerResponse,
  status: number,
  contentType: string | undefined,
  text: string,
): void {
  setHead(response, status, contentType, text);
  response.end(text);
}

function setHead(
  response: ServerResponse,
  status: number,
  contentType: string | undefined,
  text: string,
): void {
  response.statusCode = status;
  if (contentType !== undefined) response.setHeader('Content-Type', contentType);
  setCommonHeaders(response);
  // RFC 9110, 8.6: a 204 has none.
  if (status !== 204) response.setHeader('Content-Length', Buffer.byteLength(text));
}

function sendBytes(response: ServerResponse, status: number, answer: BytesAnswer): void {
  response.statusCode = status;
  response.setHeader('Content-Type', answer.contentType);
  setCommonHeaders(response);
  setFileHeaders(response, answer.fileName, answer.bytes.length);
  response.end(answer.bytes);
}

/** A file is kept by whoever asked for it and never runs as a page of this server. */
function setFileHeaders(response: ServerResponse, name: string, bytes: number): void {
  response.setHeader('Content-Disposition', attachmentHeader(name));
  response.setHeader('Content-Security-Policy', 'sandbox');
  response.setHeader('Content-Length', bytes);
}

/**
 * Writes a streamed answer, as fast as its client takes it; of a client that goes away the pieces
 * are closed at once. The first piece is waited for before the head is sent: until then a failure
 * still has an answer of its own.
 * @param stallMs how long the client may take nothing of what waits for it
 * @throws what the making throws, before anything was sent or after
 */
export async function streamAnswer(
  response: ServerResponse,
  status: number,
  answer: StreamAnswer,
  stallMs = maxStallMs,
): Promise<void> {
  const { contentType, chunks, file } = await answer.begin();
  try {
    let piece = await chunks.next();
    response.statusCode = status;
    response.setHeader('Content-Type', contentType);
    setCommonHeaders(response);
    if (file !== undefined) {
      setFileHeaders(response, file.name, file.bytes);
    }
    const isWanted = response.req.method !== 'HEAD';
    for (; isWanted && piece.done !== true; piece = await chunks.next()) {
      if (!response.write(piece.value)) await waitForDrain(response, stallMs);
      if (response.destroyed) return;
    }
    response.end();
    closeWhenStalled(response, stallMs);
  } finally {
    await chunks.return();
  }
}

/** Every client reads `filename`, in ASCII; a name of other characters stands in `filename*` too. */
function attachmentHeader(fileName: string): string {
  return contentDisposition(fileName, { fallback: fileName.replace(/[^\x20-\x7e]/gu, '_') });
}

/** What every answer says: that nobody is to keep it, and that its type is what it says. */
export function setCommonHeaders(response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-cache, no-store');
  response.setHeader('Pragma', 'no-cache');
  response.setHeader('X-Content-Type-Options', 'nosniff');
}
