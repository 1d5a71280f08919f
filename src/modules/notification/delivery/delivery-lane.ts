import type { PushOutcome } from '../channel/push-channel.js';
import {
  breakerOptions,
  DeliveryTarget,
  faultMemoryMs,
  type TargetShare,
  type AttemptEnd,
  type QueuedDelivery,
} from './delivery-target.js';
import { CircuitBreaker } from '../../../core/queue/index.js';

/** A delivery whose try begins. */
export interface StartedAttempt {
  readonly waiting: QueuedDelivery;
  readonly target: DeliveryTarget;
}

/** A delivery that is given back, for how long, and what its publisher is told. */
export interface DeferredDelivery {
  readonly waiting: QueuedDelivery;
  readonly pauseMs: number;
  readonly end: AttemptEnd;
}

/** What waits for a target in trouble is given back for so long at least, milliseconds. */
const minDeferralMs = 1000;

/** A provider that asks everybody to wait is asked again after this, milliseconds, by one delivery. */
const longestAskedMs = 60_000;

/** What one provider's deliveries are doing on this node. */
export class DeliveryLane {
  private readonly targets = new Map<string, DeliveryTarget>();
  /** Those that something waits for, whose turn it is first. */
  private readonly queue = new Map<string, DeliveryTarget>();
  private readonly breaker = new CircuitBreaker(breakerOptions);
  private readonly targetShare: TargetShare;
  private running = 0;
  private waiting = 0;
  private usedAt = 0;
  private cleanedAt = 0;
  /** Whether the database may have more of it that is due. */
  mayHaveMore = false;

  /**
   * @param concurrency how many tries may be under way at once
   * @param hasTargets whether it has targets that may be in trouble each by itself
   */
  constructor(
    readonly name: string,
    private readonly concurrency: number,
    private readonly hasTargets: boolean,
  ) {
    this.targetShare = hasTargets
      ? { initial: 1, max: Math.max(Math.floor(concurrency * 0.75), 1) }
      : { initial: concurrency, max: concurrency };
  }

  /** @returns whether there was room for it to wait */
  add(waiting: QueuedDelivery): boolean {
    const key = this.hasTargets ? waiting.delivery.deviceId : '';
    const target = this.targets.get(key) ?? new DeliveryTarget(this.targetShare);
    if (target.isFull) return false;
    this.targets.set(key, target);
    this.queue.set(key, target);
    target.waiting.push(waiting);
    this.waiting++;
    return true;
  }

  /** The next one to try now; targets take turns. */
  startNext(now: number): StartedAttempt | undefined {
    if (this.running >= this.concurrency) return undefined;
    for (const [key, target] of this.queue) {
      if (!target.hasRoom || !target.breaker.tryBegin(now)) continue;
      if (!this.breaker.tryBegin(now)) {
        target.breaker.recordAbandoned();
        return undefined;
      }
      const [waiting] = target.waiting.splice(0, 1);
      this.queue.delete(key);
      if (target.waiting.length > 0) this.queue.set(key, target);
      if (waiting === undefined) continue;
      this.waiting--;
      this.running++;
      this.usedAt = now;
      target.countStarted(waiting, now);
      return { waiting, target };
    }
    return undefined;
  }

  /** @param outcome undefined: nothing was learnt */
  finishAttempt(
    { waiting, target }: StartedAttempt,
    outcome: PushOutcome | undefined,
    now: number,
  ): void {
    this.running--;
    target.countEnded(waiting);
    if (outcome === undefined || (outcome.kind !== 'delivered' && outcome.wasAsked === false)) {
      this.breaker.recordAbandoned();
      target.breaker.recordAbandoned();
    } else if (outcome.kind === 'retry' && outcome.pausesProvider === true) {
      this.breaker.pause(now, Math.min(outcome.afterMs ?? 0, longestAskedMs));
      target.breaker.recordAbandoned();
    } else if (outcome.kind !== 'retry' || !outcome.isProvidersFault) {
      this.breaker.recordSuccess();
      target.recordSuccess();
    } else if (this.hasTargets && outcome.isTargetsFault === true) {
      this.breaker.recordSuccess();
      target.recordFailure(now);
    } else {
      this.breaker.recordFailure(now);
      target.breaker.recordAbandoned();
    }
  }

  /** Takes out what should not wait here, since nothing can be said of when it would be tried. */
  evictBlocked(now: number): DeferredDelivery[] {
    const blocked: DeferredDelivery[] = [];
    for (const [key, target] of this.queue) {
      const pauseMs = this.deferralMsOf(target, now);
      if (pauseMs === undefined) continue;
      const taken = target.waiting.splice(0);
      blocked.push(...taken.map((waiting) => ({ waiting, pauseMs, end: 'failed' }) as const));
      this.waiting -= taken.length;
      this.queue.delete(key);
    }
    if (blocked.length > 0) this.mayHaveMore = true;
    return blocked;
  }

  /** Takes out all that waits. */
  evictAll(): QueuedDelivery[] {
    const all = [...this.queue.values()].flatMap(({ waiting }) => waiting.splice(0));
    this.queue.clear();
    this.waiting = 0;
    return all;
  }

  /** How many more this node takes of what is due. */
  capacity(now: number): number {
    if (this.breaker.pausedUntil(now) !== undefined) return 0;
    const most = this.breaker.isClosed ? 2 * this.concurrency : 1;
    return Math.max(most - this.running - this.waiting, 0);
  }

  get waitingCount(): number {
    return this.waiting;
  }

  /** How many are kept from being called: the provider, or some of its targets. */
  get pausedCount(): number {
    if (!this.breaker.isClosed) return 1;
    return [...this.targets.values()].filter(({ breaker }) => !breaker.isClosed).length;
  }

  /** Whether forgetting it loses nothing that matters: what failed long ago may be tried again. */
  isIdle(now: number): boolean {
    this.removeIdleTargets(now);
    if (this.running > 0 || this.waiting > 0 || this.targets.size > 0) return false;
    return this.breaker.isPristine || now - this.usedAt > faultMemoryMs;
  }

  private removeIdleTargets(now: number): void {
    // There may be many, and this is asked often.
    if (now - this.cleanedAt < minDeferralMs) return;
    this.cleanedAt = now;
    for (const [key, target] of this.targets) if (target.isIdle(now)) this.targets.delete(key);
  }

  /** For how long what waits for a target is given back; undefined: it is not. */
  private deferralMsOf(target: DeliveryTarget, now: number): number | undefined {
    const { breaker } = target;
    if (!this.breaker.isClosed) return (this.breaker.pausedUntil(now) ?? now) - now;
    if (!breaker.isClosed) return Math.max((breaker.pausedUntil(now) ?? now) - now, minDeferralMs);
    return this.hasTargets && target.isStuck(now) ? minDeferralMs : undefined;
  }
}
