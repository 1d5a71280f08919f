import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CounterMetric,
  Log,
  Metrics,
  FailureThrottle,
} from '../../../core/observability/index.js';
import { type ClaimedEnd, CometSessionEndRepository } from './comet-session-end.repository.js';
import { CometSessionLife } from './session-life.js';
import { type Backoff, backoffMs, PollLoop } from '../../../core/scheduling/index.js';

/** A node learns at the latest after this long of ends that others could not hand over. */
const pollMs = 1000;

/** Ends that one node hands over at once. */
const maxConcurrent = 100;

/** An end whose node died goes to another after this long, milliseconds. */
const leaseMs = 10_000;

/** So long, less than the lease, one who follows sessions may take to take an end, milliseconds. */
const notifyTimeoutMs = 8000;

/** How long a stop waits for ends that are being taken, milliseconds. */
const stopMs = 2000;

/** An end that is not taken for so long is given up, seconds. */
const maxRetrySeconds = 86_400;

const failureBackoff: Backoff = { initialMs: 1000, factor: 3, jitter: 0.2, capMs: 300_000 };

/**
 * Hands ends of sessions over to those who follow sessions, at least once: an end is noted by the
 * statement that ends the session, any node claims it, and it is removed when it was taken.
 */
@Injectable()
export class SessionEndNotifier implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new PollLoop(() => this.notifyDue());
  private readonly pendingEnds = new Map<ClaimedEnd, Promise<void>>();
  private readonly failureThrottle: FailureThrottle;
  private readonly outcomes: CounterMetric;

  constructor(
    private readonly repository: CometSessionEndRepository,
    private readonly life: CometSessionLife,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'the look for ended comet sessions');
    this.outcomes = metrics.counter(
      'gms_comet_session_ends_total',
      'Ends of comet sessions that this node has told of, by what became of it: taken, failed',
      ['outcome'],
    );
  }

  /** Whether somebody wants to know of ends; else none are noted. */
  get hasFollowers(): boolean {
    return this.life.hasFollowers;
  }

  /** Looks at once for ends that were just noted. */
  wake(): void {
    this.loop.wake();
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Claims no more, waits a while for what is being taken, and gives the rest back. */
  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    const giveUp = new AbortController();
    await Promise.race([
      Promise.all(this.pendingEnds.values()),
      delay(stopMs, undefined, { signal: giveUp.signal }).catch(() => undefined),
    ]);
    giveUp.abort();
    // What cannot be given back is another node's when its lease ends.
    await Promise.allSettled(
      [...this.pendingEnds.keys()].map((end) => this.repository.postpone(end, 0)),
    );
  }

  /** Gives up ends that were not taken for a day. @returns how many of at most `limit` */
  async sweep(limit: number): Promise<number> {
    const untaken = await this.repository.sweep(limit, maxRetrySeconds);
    if (untaken > 0) this.log.warn({ ends: untaken }, 'ends of comet sessions were never taken');
    return untaken;
  }

  /** Claims what is due and returns after how many milliseconds to look again. */
  private async notifyDue(): Promise<number> {
    const room = maxConcurrent - this.pendingEnds.size;
    if (room <= 0 || !this.hasFollowers) return pollMs;
    try {
      const claimed = await this.repository.claim(room, leaseMs);
      for (const end of claimed) this.startNotifying(end);
      this.failureThrottle.recordSuccess();
    } catch (error) {
      this.failureThrottle.recordFailure(error);
    }
    return pollMs;
  }

  private startNotifying(end: ClaimedEnd): void {
    const handingOver = this.notifyFollowers(end).finally(() => {
      this.pendingEnds.delete(end);
      // There was room for no more, perhaps.
      if (this.pendingEnds.size === 0 || this.pendingEnds.size === maxConcurrent - 1)
        this.loop.wake();
    });
    this.pendingEnds.set(end, handingOver);
  }

  /** Never rejects. */
  private async notifyFollowers(end: ClaimedEnd): Promise<void> {
    try {
      await withTimeout(this.life.notifyEnd(end));
      this.outcomes.labels('taken').inc();
      await this.repository.remove(end);
    } catch (error) {
      await this.retryLater(end, error);
    }
  }

  private async retryLater(end: ClaimedEnd, error: unknown): Promise<void> {
    const pauseMs = backoffMs(failureBackoff, end.claims);
    this.outcomes.labels('failed').inc();
    this.log.error(
      { err: error, clientId: end.clientId, attempt: end.claims, pauseMs },
      'the end of a comet session was not taken; it is told again',
    );
    await this.repository.postpone(end, pauseMs).catch((failure: unknown) => {
      this.failureThrottle.recordFailure(failure);
    });
  }
}

async function withTimeout(taking: Promise<void>): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error('it was not taken in time')), notifyTimeoutMs);
  });
  try {
    await Promise.race([taking, late]);
  } finally {
    clearTimeout(limit);
  }
}
