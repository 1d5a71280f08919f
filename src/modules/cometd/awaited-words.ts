/** How long a word is waited for. */
export interface Patience {
  readonly mostMs: number;
  /** Asked each time that it has not come in `mostMs`, so many times at most: whether it still may. */
  readonly longer?: { readonly times: number; readonly mayCome: () => Promise<boolean> };
}

/** What this node waits to hear of others that had a session before it. */
export class AwaitedWords {
  private readonly awaited = new Map<string, Set<() => void>>();

  /** @returns once `key` was heard, or is waited for no longer, and which of the two */
  expect(key: string, { mostMs, longer }: Patience): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = this.awaited.get(key) ?? new Set();
      this.awaited.set(key, waiting);
      let isHeard = false;
      let limit: NodeJS.Timeout | undefined;
      const hear = (): void => {
        isHeard = true;
        clearTimeout(limit);
        resolve(true);
      };
      const giveUp = (): void => {
        waiting.delete(hear);
        if (waiting.size === 0) this.awaited.delete(key);
        resolve(false);
      };
      const wait = (timesLeft: number): void => {
        limit = setTimeout(() => {
          if (longer === undefined || timesLeft === 0) giveUp();
          else {
            longer.mayCome().then((mayCome) => {
              if (isHeard) return;
              if (mayCome) wait(timesLeft - 1);
              else giveUp();
            }, giveUp);
          }
        }, mostMs);
      };
      wait(longer?.times ?? 0);
      waiting.add(hear);
    });
  }

  heard(key: string): void {
    for (const hear of this.awaited.get(key) ?? []) hear();
    this.awaited.delete(key);
  }
}
