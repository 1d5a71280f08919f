/** A value is used for so many times as long as its look-up took. */
const share = 50;

/** A look-up that took longer is not waited for again, milliseconds: who asks gets the last value. */
const patienceMs = 50;

interface Known<Value> {
  readonly value: Value;
  readonly tookMs: number;
  /** By this process's clock. */
  readonly until: number;
}

/**
 * Looks a value up that costs the more the more there is, as a count: what took a second is asked
 * for again after fifty, what took a millisecond at once. Who asks meanwhile gets the same answer.
 */
export class SparingLookup<Value> {
  private pending: Promise<Value> | undefined;
  private known: Known<Value> | undefined;

  constructor(private readonly look: () => Promise<Value>) {}

  value(): Promise<Value> {
    const known = this.known;
    if (known !== undefined && known.until > performance.now()) return Promise.resolve(known.value);
    this.pending ??= this.lookUp().finally(() => {
      this.pending = undefined;
    });
    if (known === undefined || known.tookMs < patienceMs) return this.pending;
    // Its failure is told to whoever asks next: then there is no last value.
    this.pending.catch(() => undefined);
    return Promise.resolve(known.value);
  }

  private async lookUp(): Promise<Value> {
    const began = performance.now();
    try {
      const value = await this.look();
      const ended = performance.now();
      const tookMs = ended - began;
      this.known = { value, tookMs, until: ended + share * tookMs };
      return value;
    } catch (error) {
      this.known = undefined;
      throw error;
    }
  }
}
