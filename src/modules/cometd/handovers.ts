/** What this node waits to hear of others that had a session before it. */
export class Handovers {
  private readonly awaited = new Map<string, () => void>();

  /** @returns once `key` was heard, or `mostMs` milliseconds are over */
  expect(key: string, mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(() => this.heard(key), mostMs);
      this.awaited.set(key, () => {
        clearTimeout(limit);
        resolve();
      });
    });
  }

  heard(key: string): void {
    this.awaited.get(key)?.();
    this.awaited.delete(key);
  }
}
