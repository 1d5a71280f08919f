import type { Readable } from 'node:stream';

/** What is longer is not worth its connection, bytes. */
const maxDiscardedBytes = 65_536;

/** What has not ended by then is not either, milliseconds; it may take twice as long. */
const checkIntervalMs = 100;

/**
 * Bodies that nobody wants. What ends at once is read, so that its connection can serve again; what
 * is long or slow is cut off with its connection.
 */
export class DiscardedBodies {
  /** Each with how often it was looked at. */
  private readonly checksByBody = new Map<Readable, number>();
  private timer: NodeJS.Timeout | undefined;

  discard(body: Readable): void {
    this.checksByBody.set(body, 0);
    // One timer for all of them: there may be thousands a second.
    this.timer ??= setInterval(() => {
      this.cutSlowBodies();
    }, checkIntervalMs).unref();
    const forget = (): void => {
      this.checksByBody.delete(body);
    };
    let bytes = 0;
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxDiscardedBytes) body.destroy();
    });
    body.on('close', forget);
    // What breaks off has been ignored all the same.
    body.on('error', forget);
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private cutSlowBodies(): void {
    if (this.checksByBody.size === 0) this.close();
    for (const [body, looks] of this.checksByBody) {
      if (looks === 0) this.checksByBody.set(body, 1);
      else body.destroy();
    }
  }
}
