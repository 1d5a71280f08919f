/** Which items of a list are asked for. Ranges include their beginning and exclude their end. */
export interface ItemFilter {
  /** Texts of types; undefined: any. */
  readonly types: readonly string[] | undefined;
  readonly startedFrom: Date | undefined;
  readonly startedTo: Date | undefined;
  readonly completedFrom: Date | undefined;
  readonly completedTo: Date | undefined;
  /** undefined: both. */
  readonly activity: Activity | undefined;
  /** How many at most. */
  readonly size: number;
  /** How many of the first are passed over. */
  readonly index: number;
}

export type Activity = 'active' | 'completed';
