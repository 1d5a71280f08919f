import type { ServerResponse } from 'node:http';
import contentDisposition from 'content-disposition';

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

const json = 'application/json;charset=UTF-8';
const plainText = 'text/plain;charset=UTF-8';

/**
 * Writes an answer: an object as JSON, a string as plain text, bytes with their own type, and
 * nothing as an empty body. Never cached: Cache-Control and Pragma as in the documents' captures.
 */
export function writeAnswer(response: ServerResponse, status: number, body: unknown): void {
  if (body === undefined || body === null) {
    send(response, status, undefined, '');
  } else if (typeof body === 'string') {
    send(response, status, plainText, body);
  } else if (body instanceof BytesAnswer) {
    sendBytes(response, status, body);
  } else if (body instanceof LocatedAnswer) {
    response.setHeader('Location', body.location);
    send(response, status, json, JSON.stringify(body.body));
  } else if (body instanceof TextAnswer) {
    send(response, status, body.contentType, body.text);
  } else {
    send(response, status, json, JSON.stringify(body));
  }
}

function send(
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
  response.end(text);
}

function sendBytes(response: ServerResponse, status: number, answer: BytesAnswer): void {
  response.statusCode = status;
  response.setHeader('Content-Type', answer.contentType);
  response.setHeader('Content-Disposition', contentDisposition(answer.fileName));
  response.setHeader('Content-Security-Policy', 'sandbox');
  setCommonHeaders(response);
  response.setHeader('Content-Length', answer.bytes.length);
  response.end(answer.bytes);
}

function setCommonHeaders(response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-cache, no-store');
  response.setHeader('Pragma', 'no-cache');
  response.setHeader('X-Content-Type-Options', 'nosniff');
}
