import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { UnitOfWork } from '../database/index.js';
import {
  type HistogramMetric,
  Log,
  Metrics,
  AdaptiveCache,
  FailureThrottle,
} from '../observability/index.js';
import type { TimerHandler } from './timer.js';
import { type ClaimedTimer, TimersRepository } from './timer.repository.js';
import { type Backoff, backoffMs, PollLoop } from '../scheduling/index.js';

/** A node learns at the latest after this long what timers others have set, milliseconds. */
const pollMs = 1000;

/** How long a kind rests whose due timers all are in other hands, milliseconds. */
const contendedPauseMs = 50;

/** How long a handler may take when its kind says nothing else, milliseconds. */
const defaultTimeoutMs = 20_000;

/** What is kept of an error, characters. */
const maxErrorLength = 1000;

/** How long a stop waits for handlers that are running, milliseconds. */
const stopMs = 2000;

const failureBackoff: Backoff = { initialMs: 500, factor: 3, jitter: 0.2, capMs: 60_000 };

/** What runs on this node of one kind. */
interface TimerKind {
  readonly name: string;
  readonly handler: TimerHandler;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly running: Set<Promise<void>>;
  /** Until when it is not looked at, by this process's clock. */
  pausedUntil: number;
}

type Outcome = 'ran' | 'failed' | 'nothing';

/**
 * Runs the handlers of due timers. A node sleeps until the next timer that it knows of; what it
 * knows is at most a second old. Nodes share the work by skipping what another one has locked.
 */
@Injectable()
export class TimerWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly kinds = new Map<string, TimerKind>();
  private readonly loop = new PollLoop(() => this.startDueTimers());
  private readonly failureThrottle: FailureThrottle;
  private readonly lateness: HistogramMetric;

  constructor(
    private readonly repository: TimersRepository,
    private readonly unitOfWork: UnitOfWork,
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'the look for due timers');
    this.lateness = metrics.histogram(
      'gms_timer_lateness_seconds',
      'How long after its time a timer ran',
      ['kind'],
      [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    );
    const timers = new AdaptiveCache(() => repository.count());
    metrics.gauge(
      'gms_timers',
      'Timers by kind; failing: their handler has failed',
      ['kind', 'state'],
      async (set) => {
        for (const { kind, state, count } of await timers.get()) set(count, kind, state);
      },
    );
  }

  /** @throws Error when the kind has a handler */
  register(name: string, handler: TimerHandler, atOnce: number, limitMs = defaultTimeoutMs): void {
    if (this.kinds.has(name)) throw new Error(`timers of kind ${name} have a handler already`);
    const idle = { running: new Set<Promise<void>>(), pausedUntil: 0 };
    this.kinds.set(name, { name, handler, concurrency: atOnce, timeoutMs: limitMs, ...idle });
    this.loop.wake();
  }

  /** Looks at once for what is due. */
  wake(): void {
    this.loop.wake();
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Takes no more timers, and waits a while for the handlers that are running. */
  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    const running = [...this.kinds.values()].flatMap((kind) => [...kind.running]);
    const giveUp = new AbortController();
    await Promise.race([
      Promise.all(running),
      delay(stopMs, undefined, { signal: giveUp.signal }).catch(() => undefined),
    ]);
    giveUp.abort();
  }

  /** Starts what is due and returns after how many milliseconds to look again. */
  private async startDueTimers(): Promise<number> {
    const now = performance.now();
    const kinds = [...this.kinds.values()];
    const resting = kinds.filter((kind) => kind.pausedUntil > now);
    const free = new Map(
      kinds
        .filter((kind) => kind.pausedUntil <= now && kind.running.size < kind.concurrency)
        .map((kind) => [kind.name, kind.concurrency - kind.running.size]),
    );
    let nextMs = Math.min(pollMs, ...resting.map((kind) => kind.pausedUntil - now));
    if (free.size === 0) return nextMs;
    try {
      for (const { kind, due, next_ms } of await this.repository.findDue(free)) {
        for (let index = 0; index < due; index++) this.startKind(kind);
        nextMs = Math.min(nextMs, next_ms ?? pollMs);
      }
      this.failureThrottle.recordSuccess();
    } catch (error) {
      this.failureThrottle.recordFailure(error);
    }
    // Rounded up: a look that comes a fraction of a millisecond early finds nothing.
    return Math.ceil(nextMs);
  }

  private startKind(name: string): void {
    const kind = this.kinds.get(name);
    if (kind === undefined || this.loop.isStopping) return;
    const running = this.runUntilIdle(kind).finally(() => {
      kind.running.delete(running);
      this.loop.wake();
    });
    kind.running.add(running);
  }

  private async runUntilIdle(kind: TimerKind): Promise<void> {
    let outcome = await this.runNextTimer(kind);
    // Due, but in the hands of another node; or the database is away.
    if (outcome !== 'ran') kind.pausedUntil = performance.now() + contendedPauseMs;
    while (outcome === 'ran' && !this.loop.isStopping) outcome = await this.runNextTimer(kind);
  }

  private async runNextTimer(kind: TimerKind): Promise<Outcome> {
    let taken: ClaimedTimer | undefined;
    try {
      await this.unitOfWork.run(async () => {
        taken = await this.repository.claimNext(kind.name);
        if (taken === undefined) return;
        await this.runHandler(kind, taken);
      });
    } catch (error) {
      await this.postponeFailed(kind, taken, error);
      return 'failed';
    }
    if (taken === undefined) return 'nothing';
    this.lateness.labels(kind.name).observe(taken.late_ms / 1000);
    return 'ran';
  }

  /** Once it throws, nothing that the handler still does comes into the database. */
  private async runHandler(kind: TimerKind, taken: ClaimedTimer): Promise<void> {
    const timer = {
      ...{ kind: kind.name, key: taken.key, payload: taken.payload },
      ...{ attempt: taken.attempts + 1, lateMs: taken.late_ms },
    };
    const inTime = new AbortController();
    const limit = delay(kind.timeoutMs, undefined, { signal: inTime.signal }).then(
      () => {
        throw new Error(`the handler was not done after ${String(kind.timeoutMs)} ms`);
      },
      () => undefined,
    );
    try {
      await Promise.race([kind.handler(timer), limit]);
    } finally {
      inTime.abort();
    }
  }

  private async postponeFailed(
    kind: TimerKind,
    taken: ClaimedTimer | undefined,
    error: unknown,
  ): Promise<void> {
    if (taken === undefined) {
      this.failureThrottle.recordFailure(error);
      return;
    }
    const attempt = taken.attempts + 1;
    const pauseMs = backoffMs(failureBackoff, attempt);
    this.log.error(
      { err: error, kind: kind.name, timer: taken.key, attempt, pauseMs },
      "a timer's handler failed; it runs again",
    );
    await this.repository
      .postpone(kind.name, taken, errorText(error), pauseMs)
      .catch((failure: unknown) => {
        this.failureThrottle.recordFailure(failure);
      });
  }
}

/** PostgreSQL holds no NUL, and no half of a pair. */
function errorText(error: unknown): string {
  return String(error).slice(0, maxErrorLength).replaceAll('\0', '').toWellFormed();
}
