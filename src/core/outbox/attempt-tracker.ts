import { setTimeout as delay } from 'node:timers/promises';
import { type Log, FailureThrottle } from '../observability/index.js';
import type { Attempt } from './attempt.js';
import type { OutboxRepository, EffectResult } from './outbox.repository.js';
import { Signal } from '../scheduling/index.js';

/** The longest sleep between two looks at the leases, milliseconds. */
const maxSleepMs = 1000;

/** The pause after the database could not be told, milliseconds. */
const retryPauseMs = 300;

/** Told about each try once its end is in the database. */
export type OnSettled = (attempt: Attempt, state: EffectResult['state']) => void;

interface FinishedAttempt {
  readonly attempt: Attempt;
  readonly settlement: EffectResult;
}

/**
 * The tries under way on this node: keeps their leases and notes their ends, many in one
 * statement. One loop does both, since two statements at once could wait for each other's rows.
 */
export class AttemptTracker {
  private readonly activeAttempts = new Set<Attempt>();
  private finishedAttempts: FinishedAttempt[] = [];
  private readonly wakeSignal = new Signal();
  private readonly failureThrottle: FailureThrottle;
  private wakesAt = 0;
  private stopping = false;
  private running: Promise<void> = Promise.resolve();
  private onEmpty: (() => void) | undefined;

  constructor(
    private readonly repository: OutboxRepository,
    private readonly onSettled: OnSettled,
    private readonly log: Log,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'noting the ends of effects');
  }

  start(): void {
    this.running = this.runLoop();
  }

  /** Runs a try; it counts as under way until its end is noted. */
  runAttempt(attempt: Attempt): void {
    this.activeAttempts.add(attempt);
    if (attempt.renewAt < this.wakesAt) this.wakeSignal.notify();
    void attempt.run().then(({ settlement, failure }) => {
      if (!this.activeAttempts.has(attempt)) return;
      if (failure !== undefined) this.logFailure(settlement, failure);
      this.finishedAttempts.push({ attempt, settlement });
      this.wakeSignal.notify();
    });
  }

  /**
   * Waits for what is under way, and gives back what is not done by then.
   * @param mostMs milliseconds to wait
   */
  async stop(mostMs: number): Promise<void> {
    await this.waitUntilIdle(mostMs);
    this.stopping = true;
    this.wakeSignal.notify();
    await this.running;
    await this.flush();
    const left = [...this.activeAttempts];
    if (left.length === 0) return;
    for (const attempt of left) attempt.cancel('the node stops');
    this.activeAttempts.clear();
    try {
      await this.repository.release(left.map(({ effect }) => effect));
    } catch (error) {
      // Then somebody takes them over when their leases end.
      this.failureThrottle.recordFailure(error);
    }
  }

  private waitUntilIdle(mostMs: number): Promise<void> {
    if (this.activeAttempts.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMs);
      this.onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async runLoop(): Promise<void> {
    while (!this.stopping) {
      await this.wakeSignal.wait(this.msUntilNextRenewal());
      if (await this.flush()) continue;
      await delay(retryPauseMs);
      this.wakeSignal.notify();
    }
  }

  /** @returns false when the database could not be told; then it is told later */
  private async flush(): Promise<boolean> {
    try {
      await this.writeResults();
      await this.renewLeases();
      this.failureThrottle.recordSuccess();
      return true;
    } catch (error) {
      this.failureThrottle.recordFailure(error);
      return false;
    }
  }

  private msUntilNextRenewal(): number {
    const now = performance.now();
    this.wakesAt = now + maxSleepMs;
    for (const { renewAt } of this.activeAttempts) this.wakesAt = Math.min(this.wakesAt, renewAt);
    return Math.max(this.wakesAt - now, 0);
  }

  private async writeResults(): Promise<void> {
    if (this.finishedAttempts.length === 0) return;
    const ended = this.finishedAttempts;
    this.finishedAttempts = [];
    let ours: Set<string>;
    try {
      ours = await this.repository.writeResults(ended.map(({ settlement }) => settlement));
    } catch (error) {
      this.finishedAttempts.unshift(...ended);
      throw error;
    }
    for (const { attempt, settlement } of ended) this.finishAttempt(attempt, settlement, ours);
    if (this.activeAttempts.size === 0) this.onEmpty?.();
  }

  private finishAttempt(
    attempt: Attempt,
    { effect, state }: EffectResult,
    ours: Set<string>,
  ): void {
    this.activeAttempts.delete(attempt);
    if (!ours.has(effect.id)) {
      const facts = { kind: effect.kind, effect: effect.key, attempt: effect.attempts };
      this.log.warn(facts, 'a try ended after its lease; another worker has taken it over');
    }
    this.onSettled(attempt, ours.has(effect.id) ? state : 'pending');
  }

  private async renewLeases(): Promise<void> {
    const now = performance.now();
    const done = new Set(this.finishedAttempts.map(({ attempt }) => attempt));
    const due = [...this.activeAttempts].filter(
      (attempt) => attempt.renewAt <= now && !done.has(attempt),
    );
    if (due.length === 0) return;
    const ours = await this.repository.renew(due);
    for (const attempt of due) {
      attempt.scheduleRenewal();
      if (!ours.has(attempt.effect.id)) attempt.cancel('its lease was lost');
    }
  }

  private logFailure({ effect, state, pauseMs: nextMs }: EffectResult, failure: unknown): void {
    const facts = { kind: effect.kind, effect: effect.key, attempt: effect.attempts };
    if (state === 'dead') {
      this.log.error({ ...facts, err: failure }, 'an effect is dead: it is not tried again');
    } else {
      this.log.warn({ ...facts, err: failure, pauseMs: nextMs }, 'an effect failed; it goes on');
    }
  }
}
