import type { ServerResponse } from 'node:http';

/** After so long without a byte that the client takes, an answer is given up, milliseconds. */
export const maxStallMs = 60_000;

/**
 * Of an answer that was written to its end, and not yet taken: a client that reads slowly is waited
 * for, of one that reads nothing any more the connection is closed.
 */
export function closeWhenStalled(response: ServerResponse, stallMs = maxStallMs): void {
  if (response.writableLength === 0) return;
  response.setTimeout(stallMs, () => response.destroy());
  // Before Node's own, which sets the time to keep the connection: another answer may come next.
  response.prependOnceListener('finish', () => response.setTimeout(0));
}

/**
 * Until the client has taken what was written, has gone away, or is given up. How long the next
 * piece takes to be made does not count.
 */
export function waitForDrain(response: ServerResponse, stallMs = maxStallMs): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = (): void => {
      response.destroy();
    };
    const settle = (): void => {
      response.setTimeout(0);
      response.off('drain', settle).off('close', settle).off('timeout', giveUp);
      resolve();
    };
    if (response.destroyed) {
      resolve();
      return;
    }
    response.on('drain', settle).on('close', settle).on('timeout', giveUp);
    response.setTimeout(stallMs);
  });
}
