import { type Database, statement } from '../database/index.js';
import type { Log } from '../observability/index.js';

/** How long wake-ups are gathered before they are sent together, milliseconds. */
const batchDelayMs = 4;

/** How many one statement sends. */
const maxBatch = 1000;

/**
 * The commit of a notification takes a lock that the whole server shares, so that many at once
 * are sent for the price of one.
 */
const notify = statement(
  'bus.notify',
  'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload',
);

/**
 * Sends notifications, gathered for a few milliseconds and each only once. One statement is under
 * way at a time: what comes meanwhile goes with the next, so that a slow database sees fewer and
 * larger ones. What cannot be sent is dropped: whoever would have heard it looks anyway.
 */
export class PostgresNotifier {
  private readonly pendingPayloads = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly channel: string,
    private readonly log: Log,
  ) {}

  /** Must be called outside of a unit of work: what is sent in one is sent with its commit. */
  enqueue(payload: string): void {
    this.pendingPayloads.add(payload);
    if (this.sending === undefined)
      this.timer ??= setTimeout(() => this.sendPending(), batchDelayMs);
  }

  /** Sends what is gathered and waits for it. */
  async flush(): Promise<void> {
    await this.sending;
    if (this.pendingPayloads.size > 0) this.sendPending();
    await this.sending;
  }

  private sendPending(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const payloads = [...this.pendingPayloads];
    this.pendingPayloads.clear();
    this.sending = this.sendPayloads(payloads).finally(() => {
      this.sending = undefined;
      if (this.pendingPayloads.size > 0)
        this.timer ??= setTimeout(() => this.sendPending(), batchDelayMs);
    });
  }

  private async sendPayloads(payloads: readonly string[]): Promise<void> {
    try {
      for (let start = 0; start < payloads.length; start += maxBatch) {
        const some = payloads.slice(start, start + maxBatch);
        await this.database.execute(notify, [this.channel, some]);
      }
    } catch (error) {
      this.log.debug({ err: error, lost: payloads.length }, 'wake-ups could not be sent');
    }
  }
}
