/** What one batch of a sweep did. */
export interface SweepBatch {
  /** How many things were removed. */
  readonly removed: number;
  /** How long the oldest of them had been expired, milliseconds; 0 when none was removed. */
  readonly lagMs: number;
  /** Whether another batch is needed; absent: when this one removed as many as it might. */
  readonly hasMore?: boolean;
}

/** Removes what has expired of one kind, in batches that skip what others hold. */
export interface SweepTask {
  /** Names the task in logs and metrics, as `storage`. */
  readonly name: string;
  /** Lower goes first: access numbers are released before anything else is removed. */
  readonly order: number;
  /** Removes at most `limit` rows, or of large ones fewer, in one short transaction. */
  sweepBatch(limit: number): Promise<SweepBatch>;
}
