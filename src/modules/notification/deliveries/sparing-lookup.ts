/** A value is used for so many times as long as its look-up took. */
const share = 20;

/**
 * Looks a value up that costs the more the more there is, as a count: what took a second is asked
 * for again after twenty, what took a millisecond at once. Who asks meanwhile gets the same answer.
 */
export class SparingLookup<Value> {
  private pending: Promise<Value> | undefined;
  private known: { readonly value: Value; readonly until: number } | undefined;

  constructor(private readonly look: () => Promise<Value>) {}

  value(): Promise<Value> {
    if (this.known !== undefined && this.known.until > performance.now()) {
      return Promise.resolve(this.known.value);
    }
    this.pending ??= this.lookUp().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  private async lookUp(): Promise<Value> {
    const began = performance.now();
    const value = await this.look();
    const ended = performance.now();
    this.known = { value, until: ended + share * (ended - began) };
    return value;
  }
}
