/** What a module asks to be told later. */
export interface NewTimer {
  /** What it is about; names the handler, as `booking-end`. */
  readonly kind: string;
  /** Which one of its kind; setting the same again replaces it. */
  readonly key: string;
  /** When, by the database's clock; or in how many milliseconds from now. */
  readonly when: { readonly at: Date } | { readonly inMs: number };
  /** Anything that JSON can hold, without the character U+0000. */
  readonly payload?: unknown;
}

/** A timer that is due. */
export interface DueTimer {
  readonly kind: string;
  readonly key: string;
  readonly payload: unknown;
  /** 1 at first, more when the handler has failed before. */
  readonly attempt: number;
  /** How long after its time it comes, milliseconds. */
  readonly lateMs: number;
}

/**
 * Does what a timer is for, inside a unit of work that also removes the timer: what it writes is
 * written exactly once. It must not let anything out of the process; that is the outbox's.
 */
export type TimerHandler = (timer: DueTimer) => Promise<void>;
