import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Sends the last answer of a connection and closes it for good, whether the other side reads it,
 * goes on sending, keeps its half open or does nothing at all.
 * @param lingerMs how long it may take to read the answer, milliseconds: closed at once, the
 *   connection would be reset and the answer lost with it
 */
function endWithText(socket: Duplex, text: string, lingerMs: number): void {
  socket.end(text);
  closeWithin(socket, lingerMs);
}

/**
 * Drops what the other side goes on sending, and the connection when it does not end it in time.
 */
export function closeWithin(socket: Duplex, lingerMs: number): void {
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.on('close', () => {
    clearTimeout(timer);
  });
  socket.resume();
}

/** An error that is written to a connection without an answer of Node's. */
export interface FinalError {
  readonly status: number;
  readonly exception: string;
  readonly message: string;
  /** Beside those that every error has, by name. */
  readonly headers?: Readonly<Record<string, string | number>>;
}

/** As `endWithText`, in the one error shape (docs/compatibility.md, Answers). */
export function endWithError(socket: Duplex, error: FinalError, lingerMs: number): void {
  const { status, exception, message, headers = {} } = error;
  const body = JSON.stringify({ message, exception });
  const lines = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json;charset=UTF-8',
    'Cache-Control: no-cache, no-store',
    'Pragma: no-cache',
    'X-Content-Type-Options: nosniff',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`),
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    'Connection: close',
  ];
  endWithText(socket, `${lines.join('\r\n')}\r\n\r\n${body}`, lingerMs);
}
