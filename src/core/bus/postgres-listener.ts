import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type Log, FailureThrottle } from '../observability/index.js';
import { type Backoff, backoffMs, Signal } from '../scheduling/index.js';

/** What a listener is told. */
export interface ListenerEvents {
  onPayload(payload: string): void;
  /** Listening begins, or begins again: what was sent before was not heard. */
  onReconnected(): void;
}

export interface Listened {
  readonly channel: string;
  /** How PostgreSQL's own views call the connection. */
  readonly applicationName: string;
}

const reconnectBackoff: Backoff = { initialMs: 100, factor: 2, jitter: 0.3, capMs: 2000 };

/** Between two looks whether the connection still lives: a dead peer says nothing, milliseconds. */
const heartbeatMs = 5000;

/** What an answer may take, or a goodbye, milliseconds. */
const answerTimeoutMs = 3000;

/** A connection of its own that listens on one channel, and comes back when it is lost. */
export class PostgresListener {
  private readonly failureThrottle: FailureThrottle;
  private readonly stopping = new AbortController();
  private isConnected = false;
  private connectionLoop: Promise<void> = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly listened: Listened,
    private readonly events: ListenerEvents,
    log: Log,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'listening for wake-ups');
  }

  get isListening(): boolean {
    return this.isConnected;
  }

  /** Resolves once the first try has come off or failed; a listener that failed goes on trying. */
  start(): Promise<void> {
    return new Promise((firstTryIsOver) => {
      this.connectionLoop = this.keepConnected(firstTryIsOver);
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.connectionLoop;
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async keepConnected(firstTryIsOver: () => void): Promise<void> {
    for (let failures = 0; !this.isStopping;) {
      try {
        await this.listen(() => {
          failures = 0;
          firstTryIsOver();
        });
      } catch (error) {
        this.failureThrottle.recordFailure(error);
      }
      firstTryIsOver();
      await this.pauseBeforeReconnect(backoffMs(reconnectBackoff, ++failures));
    }
  }

  private async pauseBeforeReconnect(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  /** Listens until the connection is lost (then it throws) or the listener is stopped. */
  private async listen(begun: () => void): Promise<void> {
    const wakeSignal = new Signal();
    const client = this.makeClient(wakeSignal);
    const onStop = (): void => wakeSignal.notify();
    this.stopping.signal.addEventListener('abort', onStop);
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(this.listened.channel)}`);
      this.isConnected = true;
      this.failureThrottle.recordSuccess();
      begun();
      this.events.onReconnected();
      await this.probeUntilLost(client, wakeSignal);
    } finally {
      this.stopping.signal.removeEventListener('abort', onStop);
      this.isConnected = false;
      await close(client);
    }
  }

  /** @param lost rung when the connection is lost */
  private makeClient(lost: Signal): Client {
    const client = new Client({
      connectionString: this.url,
      application_name: this.listened.applicationName,
      keepAlive: true,
      connectionTimeoutMillis: answerTimeoutMs,
      query_timeout: answerTimeoutMs,
    });
    // Without a listener for 'error' a lost connection would end the process.
    const onLost = (): void => lost.notify();
    client.on('error', onLost).on('end', onLost);
    client.on('notification', ({ payload }) => {
      if (payload !== undefined) this.events.onPayload(payload);
    });
    return client;
  }

  /** @throws Error when the connection is lost, which a heartbeat finds out at the latest */
  private async probeUntilLost(client: Client, wakeSignal: Signal): Promise<void> {
    for (;;) {
      await wakeSignal.wait(heartbeatMs);
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
    delay(answerTimeoutMs, undefined, { signal: giveUp.signal }).catch(() => undefined),
  ]);
  giveUp.abort();
}
