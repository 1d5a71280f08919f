import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { type CounterMetric, Log, Metrics, Trouble } from '../../core/observability/index.js';
import { type Backoff, backoffMs, Loop } from '../../core/timers/index.js';
import { type ClaimedEnd, CometSessionEndRepository } from './comet-session-end.repository.js';
import { CometSessionLife } from './session-life.js';

/** A node learns at the latest after this long of ends that others could not hand over. */
const lookMs = 1000;

/** Ends that one node hands over at once. */
const mostAtOnce = 100;

/** An end whose node died goes to another after this long, milliseconds. */
const leaseMs = 10_000;

/** So long, less than the lease, one who follows sessions may take to take an end, milliseconds. */
const longestTakingMs = 8000;

/** How long a stop waits for ends that are being taken, milliseconds. */
const stopMs = 2000;

/** An end that is not taken for so long is given up, seconds. */
const longestUntakenSeconds = 86_400;

const afterFailure: Backoff = { initialMs: 1000, factor: 3, jitter: 0.2, capMs: 300_000 };

/**
 * Hands ends of sessions over to those who follow sessions, at least once: an end is noted by the
 * statement that ends the session, any node claims it, and it is removed when it was taken.
 */
@Injectable()
export class SessionEnds implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new Loop(() => this.handOverDue());
  private readonly underWay = new Map<ClaimedEnd, Promise<void>>();
  private readonly trouble: Trouble;
  private readonly told: CounterMetric;

  constructor(
    private readonly repository: CometSessionEndRepository,
    private readonly life: CometSessionLife,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.trouble = new Trouble(log, 'the look for ended comet sessions');
    this.told = metrics.counter(
      'gms_comet_session_ends_total',
      'Ends of comet sessions that this node has told of, by what became of it: taken, failed',
      ['outcome'],
    );
  }

  /** Whether somebody wants to know of ends; else none are noted. */
  get areFollowed(): boolean {
    return this.life.hasFollowers;
  }

  /** Looks at once for ends that were just noted. */
  ring(): void {
    this.loop.ring();
  }

  onApplicationBootstrap(): void {
    this.loop.open();
  }

  /** Claims no more, waits a while for what is being taken, and gives the rest back. */
  async onModuleDestroy(): Promise<void> {
    await this.loop.close();
    const giveUp = new AbortController();
    await Promise.race([
      Promise.all(this.underWay.values()),
      delay(stopMs, undefined, { signal: giveUp.signal }).catch(() => undefined),
    ]);
    giveUp.abort();
    // What cannot be given back is another node's when its lease ends.
    await Promise.allSettled(
      [...this.underWay.keys()].map((end) => this.repository.postpone(end, 0)),
    );
  }

  /** Gives up ends that were not taken for a day. @returns how many of at most `limit` */
  async sweep(limit: number): Promise<number> {
    const untaken = await this.repository.sweep(limit, longestUntakenSeconds);
    if (untaken > 0) this.log.warn({ ends: untaken }, 'ends of comet sessions were never taken');
    return untaken;
  }

  /** Claims what is due and returns after how many milliseconds to look again. */
  private async handOverDue(): Promise<number> {
    const room = mostAtOnce - this.underWay.size;
    if (room <= 0 || !this.areFollowed) return lookMs;
    try {
      const claimed = await this.repository.claim(room, leaseMs);
      for (const end of claimed) this.begin(end);
      this.trouble.succeeded();
    } catch (error) {
      this.trouble.failed(error);
    }
    return lookMs;
  }

  private begin(end: ClaimedEnd): void {
    const handingOver = this.handOver(end).finally(() => {
      this.underWay.delete(end);
      // There was room for no more, perhaps.
      if (this.underWay.size === 0 || this.underWay.size === mostAtOnce - 1) this.loop.ring();
    });
    this.underWay.set(end, handingOver);
  }

  /** Never rejects. */
  private async handOver(end: ClaimedEnd): Promise<void> {
    try {
      await inTime(this.life.tellEnd(end));
      this.told.labels('taken').inc();
      await this.repository.remove(end);
    } catch (error) {
      await this.tellLater(end, error);
    }
  }

  private async tellLater(end: ClaimedEnd, error: unknown): Promise<void> {
    const pauseMs = backoffMs(afterFailure, end.claims);
    this.told.labels('failed').inc();
    this.log.error(
      { err: error, clientId: end.clientId, attempt: end.claims, pauseMs },
      'the end of a comet session was not taken; it is told again',
    );
    await this.repository.postpone(end, pauseMs).catch((failure: unknown) => {
      this.trouble.failed(failure);
    });
  }
}

async function inTime(taking: Promise<void>): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error('it was not taken in time')), longestTakingMs);
  });
  try {
    await Promise.race([taking, late]);
  } finally {
    clearTimeout(limit);
  }
}
