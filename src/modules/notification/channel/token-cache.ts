interface CachedToken {
  readonly token: string;
  readonly untilMs: number;
}

/** More than the credentials and push services of any installation; beyond, some are hostile. */
const defaultMaxTokens = 1000;

/** No token is used for longer, whatever life its issuer promised it. */
const maxLifeMs = 24 * 3_600_000;

/**
 * Tokens that may be used again, each under a name. When one is added, those whose time is over go;
 * when there are too many, those that were not used for the longest time.
 */
export class TokenCache {
  private readonly tokens = new Map<string, CachedToken>();

  /**
   * @param maxTokens tokens that are known at once
   * @param now a clock that never goes back, milliseconds
   */
  constructor(
    private readonly maxTokens = defaultMaxTokens,
    private readonly now = (): number => performance.now(),
  ) {}

  /** How many it holds. */
  get size(): number {
    return this.tokens.size;
  }

  /** The token of a name while its time lasts. */
  get(name: string): string | undefined {
    const known = this.tokens.get(name);
    if (known === undefined) return undefined;
    this.tokens.delete(name);
    if (known.untilMs <= this.now()) return undefined;
    // The last in the order of use again.
    this.tokens.set(name, known);
    return known.token;
  }

  /** Knows a token for so long. */
  set(name: string, token: string, lifeMs: number): void {
    const now = this.now();
    this.tokens.delete(name);
    for (const [old, { untilMs }] of this.tokens) if (untilMs <= now) this.tokens.delete(old);
    if (lifeMs <= 0) return;
    for (const oldest of this.tokens.keys()) {
      if (this.tokens.size < this.maxTokens) break;
      this.tokens.delete(oldest);
    }
    this.tokens.set(name, { token, untilMs: now + Math.min(lifeMs, maxLifeMs) });
  }

  delete(name: string): void {
    this.tokens.delete(name);
  }
}
