import { CircuitBreaker } from '../domain/circuit-breaker.js';
import type { ClaimedDelivery } from './delivery.js';

/** A delivery that waits for its try on this node, and who waits for how that ends. */
export interface Waiting {
  readonly delivery: ClaimedDelivery;
  /** When this node had it, by its own clock. */
  readonly takenAt: number;
  /** Told once, when it is noted: whether the try delivered it. */
  readonly onTried: (delivered: boolean) => void;
}

const breakerTerms = { faults: 5, firstPauseMs: 1000, longestPauseMs: 30_000 };

/** More that wait are left to whoever looks next. */
const mostWaiting = 1000;

/** What one provider's deliveries are doing on this node. */
export class DeliveryLane {
  readonly waiting: Waiting[] = [];
  readonly breaker = new CircuitBreaker(breakerTerms);
  running = 0;

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

  /** Whether forgetting it loses nothing. */
  get isIdle(): boolean {
    return this.running === 0 && this.waiting.length === 0 && this.breaker.isPristine;
  }
}
