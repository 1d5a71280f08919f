import type { Backoff } from '../scheduling/index.js';

/** What a use case wants done after its commit. */
export interface NewEffect {
  /** What it is; names the handler, as `push`. */
  readonly kind: string;
  /** Which one of its kind: adding the same again does nothing. At most 500 characters. */
  readonly key: string;
  /** Anything that JSON can hold, without the character U+0000. */
  readonly payload?: unknown;
  /**
   * Part of a kind that gets its own share of the workers, so that what is slow there holds up
   * nobody else, as a push provider. Tens, not thousands: not one for each user.
   */
  readonly lane?: string;
  /** When to do it, by the database's clock, or in how many milliseconds; absent: at once. */
  readonly when?: { readonly at: Date } | { readonly inMs: number };
}

/** An effect that a handler is to bring about. */
export interface Effect {
  readonly kind: string;
  /** The same at every try: hand it on to whoever can recognise a second try by it. */
  readonly key: string;
  readonly lane: string;
  readonly payload: unknown;
  /** 1 at first, more when a try has failed before. */
  readonly attempt: number;
  /** Aborted when the try is over whatever comes: it took too long, or the node stops. */
  readonly signal: AbortSignal;
}

/** How long and how often an effect is tried again. */
export interface Retry extends Backoff {
  /** After so many tries an effect is dead: nobody tries it again. */
  readonly maxAttempts: number;
}

/** How one kind of effect is brought about. Tries may repeat: an effect happens at least once. */
export interface EffectHandler {
  /**
   * Brings the effect about.
   * @throws PermanentFailure when no further try can help; anything else when one may
   */
  run(effect: Effect): Promise<void>;
  /** How many of one lane run at once on one node; 8 when absent. */
  readonly concurrency?: number;
  /** After how many milliseconds a dead node's work is taken over; 30,000 when absent. */
  readonly leaseMs?: number;
  /** A try that takes longer has failed, milliseconds; 10 minutes when absent. */
  readonly timeoutMs?: number;
  readonly retry?: Partial<Retry>;
}

/** An effect that can never come about: it is dead after this try. */
export class PermanentFailure extends Error {}

/** With jitter the tries are spread over some two hours. */
export const defaultRetry: Retry = {
  initialMs: 1000,
  factor: 2,
  jitter: 0.2,
  capMs: 15 * 60_000,
  maxAttempts: 15,
};
