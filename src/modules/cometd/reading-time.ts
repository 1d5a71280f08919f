/** What the slowest client is believed to read, bytes a millisecond. */
const slowest = 16;

/** No answer is believed to be read for longer than this, milliseconds. */
const longestMs = 300_000;

/**
 * Until when a client may still be reading an answer that the network has taken whole: megabytes of
 * it can be under way then.
 * @param bytes its length, about
 * @param now the process's clock, milliseconds
 */
export function readsUntil(bytes: number, now: number): number {
  return now + Math.min(bytes / slowest, longestMs);
}
