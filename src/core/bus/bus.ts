/**
 * Port: wake-ups between nodes. A wake-up says that something changed, never what: whoever hears
 * it looks in the database, and whoever misses it looks within two seconds anyway
 * (docs/architecture.md, State and scale).
 */
export abstract class Bus {
  /**
   * Wakes every node, this one included. Never throws and never waits: call it after the commit.
   * @param topic a name as `options`
   * @param key what changed, at most 200 bytes; wake-ups of one topic and key that follow within
   *   a few milliseconds become one
   */
  abstract wake(topic: string, key?: string): void;

  /**
   * Hears the wake-ups of a topic, and one without a key whenever some may have been missed
   * (the connection was lost and is back).
   * @returns a function that ends it
   */
  abstract onWake(topic: string, hear: (key: string | undefined) => void): () => void;

  /** Whether wake-ups travel at present. */
  abstract readonly isConnected: boolean;

  /** What this node is called here: at most 40 bytes, another at each start. */
  abstract readonly ownId: string;

  /** Whether the node with this id listens: one that is dead or stopped does not. */
  abstract isThere(id: string): Promise<boolean>;
}
