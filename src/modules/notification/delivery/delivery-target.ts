import type { ClaimedDelivery } from './delivery.js';
import { CircuitBreaker } from '../../../core/queue/index.js';

/** How the next try of a delivery ended; *putOff*: it was deferred, for want of room. */
export type AttemptEnd = 'delivered' | 'failed' | 'putOff';

/** A delivery that waits for its try on this node, and who waits for how that ends. */
export interface QueuedDelivery {
  readonly delivery: ClaimedDelivery;
  /** When this node had it, by its own clock. */
  readonly takenAt: number;
  /** Ends its try. */
  readonly abort: AbortController;
  /** Told once, when it is noted. */
  readonly onTried: (end: AttemptEnd) => void;
}

/** When breakers open, and for how long; milliseconds. */
export const breakerOptions = { faultsToOpen: 5, firstPauseMs: 1000, maxPauseMs: 30_000 };

/** Faults are remembered for so long, milliseconds. */
export const faultMemoryMs = 5 * 60_000;

/** And what a target has shown that it can take, milliseconds. */
const healthMemoryMs = 60_000;

/** A try that takes longer makes its target a slow one, milliseconds. */
const slowAttemptMs = 2000;

/** More that wait are left to whoever looks next. */
const maxWaiting = 1000;

/** Tries of one target at once: as many at first, and at most. */
export interface TargetShare {
  readonly initial: number;
  readonly max: number;
}

/**
 * One target of a lane, with its share of the lane's room: one try at first, one more with each
 * answer, and one again after a fault. So it takes many that do not answer to hold all of the room.
 */
export class DeliveryTarget {
  readonly waiting: QueuedDelivery[] = [];
  readonly breaker = new CircuitBreaker(breakerOptions);
  /** Tries under way by when they began, the oldest first. */
  private readonly running = new Map<QueuedDelivery, number>();
  private share: number;
  private usedAt = 0;

  constructor(private readonly shares: TargetShare) {
    this.share = shares.initial;
  }

  get isFull(): boolean {
    return this.waiting.length >= maxWaiting;
  }

  get hasRoom(): boolean {
    return this.running.size < this.share;
  }

  /** Whether what waits for it would wait for long. */
  isStuck(now: number): boolean {
    const [oldest] = this.running.values();
    return !this.hasRoom && oldest !== undefined && now - oldest > slowAttemptMs;
  }

  countStarted(waiting: QueuedDelivery, now: number): void {
    this.running.set(waiting, now);
    this.usedAt = now;
  }

  countEnded(waiting: QueuedDelivery): void {
    this.running.delete(waiting);
  }

  recordSuccess(): void {
    this.share = Math.min(this.share + 1, this.shares.max);
    this.breaker.recordSuccess();
  }

  recordFailure(now: number): void {
    this.share = this.shares.initial;
    this.breaker.recordFailure(now);
  }

  /** Whether forgetting it loses nothing that matters: what failed long ago may be tried again. */
  isIdle(now: number): boolean {
    if (this.running.size > 0 || this.waiting.length > 0) return false;
    return now - this.usedAt > (this.breaker.isPristine ? healthMemoryMs : faultMemoryMs);
  }
}
