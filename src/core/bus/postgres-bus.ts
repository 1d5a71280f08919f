import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Database, DATABASE_URL, statement } from '../database/index.js';
import { runOutsideUnitOfWork } from '../database/unit-of-work-scope.js';
import { Log } from '../observability/index.js';
import { Bus } from './bus.js';
import { PostgresListener } from './postgres-listener.js';
import { PostgresNotifier } from './postgres-notifier.js';
import { decodeWakeUp, encodeWakeUp, type WakeUp, withOrigin } from './wake-up.js';

const channel = 'gms';

const isListening = statement(
  'bus.isListening',
  `SELECT EXISTS (
     SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = $1) AS "isThere"`,
);

type WakeUpListener = (key: string | undefined) => void;

/**
 * The bus over PostgreSQL's LISTEN and NOTIFY. This node's own listeners hear a wake-up in the same
 * turn of the event loop, without the database; the others within a few milliseconds.
 */
@Injectable()
export class PostgresBus extends Bus implements OnModuleInit, OnApplicationShutdown {
  private readonly listenersByTopic = new Map<string, Set<WakeUpListener>>();
  private readonly listener: PostgresListener;
  private readonly notifier: PostgresNotifier;
  override readonly ownId = randomUUID();
  private readonly ownWakeUps = new Set<string>();
  private stopped = false;

  constructor(
    @Inject(DATABASE_URL) url: string,
    private readonly database: Database,
    private readonly log: Log,
  ) {
    super();
    this.notifier = new PostgresNotifier(database, channel, log);
    this.listener = new PostgresListener(
      url,
      { channel, applicationName: nameOf(this.ownId) },
      {
        onPayload: (payload) => this.notifyListeners(decodeWakeUp(payload, this.ownId)),
        onReconnected: () => this.notifyAllTopics(),
      },
      log,
    );
  }

  async onModuleInit(): Promise<void> {
    await this.listener.start();
  }

  /** What was committed last still wakes the other nodes, as long as the pool is there. */
  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.listener.stop();
    await this.notifier.flush();
  }

  override get isConnected(): boolean {
    return this.listener.isListening;
  }

  override async isThere(id: string): Promise<boolean> {
    const row = await this.database.row<{ isThere: boolean }>(isListening, [nameOf(id)]);
    return row?.isThere === true;
  }

  override wake(topic: string, key?: string): void {
    if (this.stopped) return;
    const text = encodeWakeUp(topic, key);
    // A wake-up sent by the connection of a unit of work would wait for its commit.
    runOutsideUnitOfWork(() => {
      this.notifier.enqueue(withOrigin(text, this.ownId));
      if (this.ownWakeUps.size === 0) setImmediate(() => this.deliverOwnWakeUps());
      this.ownWakeUps.add(text);
    });
  }

  override onWake(topic: string, hear: WakeUpListener): () => void {
    const hearers = this.listenersByTopic.get(topic) ?? new Set<WakeUpListener>();
    this.listenersByTopic.set(topic, hearers);
    // A function that listens twice is heard twice and ended once each.
    const heard: WakeUpListener = (key) => hear(key);
    hearers.add(heard);
    return () => {
      hearers.delete(heard);
      if (hearers.size === 0 && this.listenersByTopic.get(topic) === hearers)
        this.listenersByTopic.delete(topic);
    };
  }

  private deliverOwnWakeUps(): void {
    const texts = [...this.ownWakeUps];
    this.ownWakeUps.clear();
    for (const text of texts) this.notifyListeners(decodeWakeUp(text));
  }

  private notifyAllTopics(): void {
    for (const topic of [...this.listenersByTopic.keys()])
      this.notifyListeners({ topic, key: undefined });
  }

  private notifyListeners(wakeUp: WakeUp | undefined): void {
    if (wakeUp === undefined) return;
    for (const hear of [...(this.listenersByTopic.get(wakeUp.topic) ?? [])]) {
      try {
        hear(wakeUp.key);
      } catch (error) {
        this.log.error({ err: error, topic: wakeUp.topic }, 'a listener of the bus failed');
      }
    }
  }
}

/** How PostgreSQL's own views call the connection on which a node listens. */
function nameOf(id: string): string {
  return `gms bus ${id}`;
}
