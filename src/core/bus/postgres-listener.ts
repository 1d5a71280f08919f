import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type Log, Trouble } from '../observability/index.js';
import { type Backoff, backoffMs } from '../timers/backoff.js';
import { Bell } from '../timers/bell.js';

/** What a listener is told. */
export interface ListenerEvents {
  heard(payload: string): void;
  /** Listening begins, or begins again: what was sent before was not heard. */
  mayHaveMissed(): void;
}

export interface Listened {
  readonly channel: string;
  /** How PostgreSQL's own views call the connection. */
  readonly applicationName: string;
}

const reconnect: Backoff = { initialMs: 100, factor: 2, jitter: 0.3, capMs: 2000 };

/** Between two looks whether the connection still lives: a dead peer says nothing, milliseconds. */
const heartbeatMs = 5000;

/** What an answer may take, or a goodbye, milliseconds. */
const answerMs = 3000;

/** A connection of its own that listens on one channel, and comes back when it is lost. */
export class PostgresListener {
  private readonly trouble: Trouble;
  private readonly stopping = new AbortController();
  private listening = false;
  private living: Promise<void> = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly listened: Listened,
    private readonly events: ListenerEvents,
    log: Log,
  ) {
    this.trouble = new Trouble(log, 'listening for wake-ups');
  }

  get isListening(): boolean {
    return this.listening;
  }

  /** Resolves once the first try has come off or failed; a listener that failed goes on trying. */
  start(): Promise<void> {
    return new Promise((firstTryIsOver) => {
      this.living = this.live(firstTryIsOver);
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.living;
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async live(firstTryIsOver: () => void): Promise<void> {
    for (let failures = 0; !this.isStopping;) {
      try {
        await this.listen(() => {
          failures = 0;
          firstTryIsOver();
        });
      } catch (error) {
        this.trouble.failed(error);
      }
      firstTryIsOver();
      await this.pause(backoffMs(reconnect, ++failures));
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  /** Listens until the connection is lost (then it throws) or the listener is stopped. */
  private async listen(begun: () => void): Promise<void> {
    const bell = new Bell();
    const client = this.makeClient(bell);
    const onStop = (): void => bell.ring();
    this.stopping.signal.addEventListener('abort', onStop);
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(this.listened.channel)}`);
      this.listening = true;
      this.trouble.succeeded();
      begun();
      this.events.mayHaveMissed();
      await this.watch(client, bell);
    } finally {
      this.stopping.signal.removeEventListener('abort', onStop);
      this.listening = false;
      await close(client);
    }
  }

  /** @param lost rung when the connection is lost */
  private makeClient(lost: Bell): Client {
    const client = new Client({
      connectionString: this.url,
      application_name: this.listened.applicationName,
      keepAlive: true,
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
    });
    // Without a listener for 'error' a lost connection would end the process.
    const onLost = (): void => lost.ring();
    client.on('error', onLost).on('end', onLost);
    client.on('notification', ({ payload }) => {
      if (payload !== undefined) this.events.heard(payload);
    });
    return client;
  }

  /** @throws Error when the connection is lost, which a heartbeat finds out at the latest */
  private async watch(client: Client, bell: Bell): Promise<void> {
    for (;;) {
      await bell.sleep(heartbeatMs);
      if (this.isStopping) return;
      await client.query('SELECT 1');
    }
  }
}

/** A peer that is gone does not answer the goodbye either. */
async function close(client: Client): Promise<void> {
  const giveUp = new AbortController();
  await Promise.race([
    client.end().catch(() => undefined),
    delay(answerMs, undefined, { signal: giveUp.signal }).catch(() => undefined),
  ]);
  giveUp.abort();
}
