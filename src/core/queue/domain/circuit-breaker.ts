/** How a breaker opens and closes. Times in milliseconds. */
export interface BreakerOptions {
  /** So many faults in a row open it. */
  readonly faultsToOpen: number;
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

/**
 * Keeps calls from a provider that is in trouble. *Closed*: calls go. *Open*: for a pause none goes.
 * *Half open*: the pause is over, and one call goes to see; if it fails the next pause is twice as
 * long. Times are what its owner's clock says, milliseconds.
 */
export class CircuitBreaker {
  private faults = 0;
  private pauseMs: number;
  private openUntil: number | undefined;
  private isProbing = false;
  /** Whether it is open because the other side has asked to wait. */
  private isAsked = false;

  constructor(private readonly options: BreakerOptions) {
    this.pauseMs = options.firstPauseMs;
  }

  /** When calls may go again; undefined: they may. */
  pausedUntil(now: number): number | undefined {
    return this.openUntil !== undefined && this.openUntil > now ? this.openUntil : undefined;
  }

  get isClosed(): boolean {
    return this.openUntil === undefined;
  }

  /** Whether it has nothing to remember. */
  get isPristine(): boolean {
    return this.isClosed && this.faults === 0;
  }

  /** Whether one more call may go now; a probe counts as begun with this. */
  tryBegin(now: number): boolean {
    if (this.openUntil === undefined) return true;
    if (this.openUntil > now || this.isProbing) return false;
    this.isProbing = true;
    return true;
  }

  /** A call was answered: what was wrong with it, if anything, was not the provider. */
  recordSuccess(): void {
    // What began before it was asked to wait tells nothing of afterwards.
    if (this.isAsked && !this.isProbing) return;
    this.isAsked = false;
    this.faults = 0;
    this.pauseMs = this.options.firstPauseMs;
    this.openUntil = undefined;
    this.isProbing = false;
  }

  /** A call failed by the provider's fault. */
  recordFailure(now: number): void {
    this.faults++;
    const isProbe = this.isProbing;
    if (!isProbe && this.faults < this.options.faultsToOpen) return;
    // What began before it opened tells nothing new.
    if (!isProbe && this.openUntil !== undefined) return;
    this.isProbing = false;
    this.openUntil = now + this.pauseMs;
    this.pauseMs = Math.min(this.pauseMs * 2, this.options.maxPauseMs);
  }

  /** The other side has asked that no call goes for a while, whatever comes of those under way. */
  pause(now: number, forMs: number): void {
    this.isAsked = true;
    this.isProbing = false;
    this.openUntil = Math.max(this.openUntil ?? 0, now + forMs);
  }

  /** A call ended without telling anything, as at a stop. */
  recordAbandoned(): void {
    this.isProbing = false;
  }
}
