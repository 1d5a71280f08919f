/** What this node waits to hear of others that had a session before it. */
export class Handovers {
  private readonly awaited = new Map<string, Set<() => void>>();

  /** @returns once `key` was heard, or `mostMs` milliseconds are over, and which of the two */
  expect(key: string, mostMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = this.awaited.get(key) ?? new Set();
      this.awaited.set(key, waiting);
      const hear = (): void => {
        clearTimeout(limit);
        resolve(true);
      };
      const limit = setTimeout(() => {
        waiting.delete(hear);
        if (waiting.size === 0) this.awaited.delete(key);
        resolve(false);
      }, mostMs);
      waiting.add(hear);
    });
  }

  heard(key: string): void {
    for (const hear of this.awaited.get(key) ?? []) hear();
    this.awaited.delete(key);
  }
}
