import { CircuitBreaker } from '../domain/circuit-breaker.js';
import type { ClaimedDelivery } from './delivery.js';

/** How the next try of a delivery ended; *putOff*: there was none, for want of room. */
export type TryEnd = 'delivered' | 'failed' | 'putOff';

/** A delivery that waits for its try on this node, and who waits for how that ends. */
export interface Waiting {
  readonly delivery: ClaimedDelivery;
  /** When this node had it, by its own clock. */
  readonly takenAt: number;
  /** Ends its try. */
  readonly abort: AbortController;
  /** Told once, when it is noted. */
  readonly onTried: (end: TryEnd) => void;
}

/** When breakers open, and for how long; milliseconds. */
export const breakerTerms = { faults: 5, firstPauseMs: 1000, longestPauseMs: 30_000 };

/** Faults are remembered for so long, milliseconds. */
export const forgottenMs = 5 * 60_000;

/** And what a target has shown that it can take, milliseconds. */
const knownMs = 60_000;

/** A try that takes longer makes its target a slow one, milliseconds. */
const slowMs = 2000;

/** More that wait are left to whoever looks next. */
const mostWaiting = 1000;

/** Tries of one target at once: as many at first, and at most. */
export interface TargetShare {
  readonly first: number;
  readonly most: number;
}

/**
 * One target of a lane, with its share of the lane's room: one try at first, one more with each
 * answer, and one again after a fault. So it takes many that do not answer to hold all of the room.
 */
export class DeliveryTarget {
  readonly waiting: Waiting[] = [];
  readonly breaker = new CircuitBreaker(breakerTerms);
  /** Tries under way by when they began, the oldest first. */
  private readonly running = new Map<Waiting, number>();
  private share: number;
  private usedAt = 0;

  constructor(private readonly shares: TargetShare) {
    this.share = shares.first;
  }

  get isFull(): boolean {
    return this.waiting.length >= mostWaiting;
  }

  get hasRoom(): boolean {
    return this.running.size < this.share;
  }

  /** Whether what waits for it would wait for long. */
  isStuck(now: number): boolean {
    const [oldest] = this.running.values();
    return !this.hasRoom && oldest !== undefined && now - oldest > slowMs;
  }

  began(waiting: Waiting, now: number): void {
    this.running.set(waiting, now);
    this.usedAt = now;
  }

  ended(waiting: Waiting): void {
    this.running.delete(waiting);
  }

  answered(): void {
    this.share = Math.min(this.share + 1, this.shares.most);
    this.breaker.succeeded();
  }

  failed(now: number): void {
    this.share = this.shares.first;
    this.breaker.failed(now);
  }

  /** Whether forgetting it loses nothing that matters: what failed long ago may be tried again. */
  isIdle(now: number): boolean {
    if (this.running.size > 0 || this.waiting.length > 0) return false;
    return now - this.usedAt > (this.breaker.isPristine ? knownMs : forgottenMs);
  }
}
