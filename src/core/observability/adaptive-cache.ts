/** A value is used for so many times as long as its look-up took. */
const lifetimeFactor = 50;

/** A look-up that took longer is not waited for again, milliseconds: who asks gets the last value. */
const maxWaitMs = 50;

interface CachedValue<Value> {
  readonly value: Value;
  readonly tookMs: number;
  /** By this process's clock. */
  readonly expiresAt: number;
}

/**
 * Looks a value up that costs the more the more there is, as a count: what took a second is asked
 * for again after fifty, what took a millisecond at once. Who asks meanwhile gets the same answer.
 */
export class AdaptiveCache<Value> {
  private pending: Promise<Value> | undefined;
  private cached: CachedValue<Value> | undefined;

  constructor(private readonly load: () => Promise<Value>) {}

  get(): Promise<Value> {
    const known = this.cached;
    if (known !== undefined && known.expiresAt > performance.now())
      return Promise.resolve(known.value);
    this.pending ??= this.refresh().finally(() => {
      this.pending = undefined;
    });
    if (known === undefined || known.tookMs < maxWaitMs) return this.pending;
    // Its failure is told to whoever asks next: then there is no last value.
    this.pending.catch(() => undefined);
    return Promise.resolve(known.value);
  }

  private async refresh(): Promise<Value> {
    const began = performance.now();
    try {
      const value = await this.load();
      const ended = performance.now();
      const tookMs = ended - began;
      this.cached = { value, tookMs, expiresAt: ended + lifetimeFactor * tookMs };
      return value;
    } catch (error) {
      this.cached = undefined;
      throw error;
    }
  }
}
