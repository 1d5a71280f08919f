import type { Duplex } from 'node:stream';

/**
 * Sends the last answer of a connection and closes it for good, whether the other side reads it,
 * goes on sending, keeps its half open or does nothing at all.
 * @param lingerMs how long it may take to read the answer, milliseconds: closed at once, the
 *   connection would be reset and the answer lost with it
 */
export function sayLastWords(socket: Duplex, text: string, lingerMs: number): void {
  socket.end(text);
  closeWithin(socket, lingerMs);
}

/** Drops what the other side goes on sending, and the connection when it does not end it in time. */
export function closeWithin(socket: Duplex, lingerMs: number): void {
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.on('close', () => {
    clearTimeout(timer);
  });
  socket.resume();
}
