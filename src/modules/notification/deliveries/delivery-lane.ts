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

const breakerTerms = { faults: 5, firstPauseMs: 1000, longestPauseMs: 30_000 };

/** The faults of a lane are remembered for so long, milliseconds. */
const forgottenMs = 5 * 60_000;

/** More that wait are left to whoever looks next. */
const mostWaiting = 1000;

/** What one provider's deliveries are doing on this node. */
export class DeliveryLane {
  readonly waiting: Waiting[] = [];
  readonly breaker = new CircuitBreaker(breakerTerms);
  running = 0;
  /** Whether the database may have more of it that is due. */
  mayHaveMore = false;
  /** When it had something to do last, by the process's clock. */
  usedAt = 0;

  constructor(
    readonly name: string,
    readonly concurrency: number,
  ) {}

  /** How many more this node takes of what is due. */
  room(now: number): number {
    if (this.breaker.pausedUntil(now) !== undefined) return 0;
    const most = this.breaker.isClosed ? 2 * this.concurrency : 1;
    return Math.max(most - this.running - this.waiting.length, 0);
  }

  get isFull(): boolean {
    return this.waiting.length >= mostWaiting;
  }

  /** Whether forgetting it loses nothing that matters: what failed long ago may be tried again. */
  isIdle(now: number): boolean {
    if (this.running > 0 || this.waiting.length > 0) return false;
    return this.breaker.isPristine || now - this.usedAt > forgottenMs;
  }
}
