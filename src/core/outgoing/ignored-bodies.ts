import type { Readable } from 'node:stream';

/** The body of an answer, as undici hands it out. */
type Body = Readable & { dump(options: { limit: number }): Promise<void> };

/** What is longer is not worth its connection, bytes. */
const mostBytes = 65_536;

/** What has not ended by then is not either, milliseconds; it may take twice as long. */
const longestMs = 100;

/**
 * Bodies that nobody wants. What ends at once is read, so that its connection can serve again; what
 * is long or slow is cut off with its connection.
 */
export class IgnoredBodies {
  /** Each with how often it was looked at. */
  private readonly open = new Map<Body, number>();
  private timer: NodeJS.Timeout | undefined;

  add(body: Body): void {
    this.open.set(body, 0);
    // One timer for all of them: there may be thousands a second.
    this.timer ??= setInterval(() => {
      this.look();
    }, longestMs).unref();
    const forget = (): void => {
      this.open.delete(body);
    };
    body.dump({ limit: mostBytes }).then(forget, forget);
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    if (this.open.size === 0) this.close();
    for (const [body, looks] of this.open) {
      if (looks === 0) this.open.set(body, 1);
      else body.destroy();
    }
  }
}
