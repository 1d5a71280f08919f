import { randomInt } from 'node:crypto';

/** How the pauses between tries grow. */
export interface Backoff {
  /** Milliseconds before the second try. */
  readonly initialMs: number;
  /** By how much each pause is longer than the one before. */
  readonly factor: number;
  /** Share of a pause that is left to chance, 0 to 1: 0.2 gives 80 to 120 % of it. */
  readonly jitter: number;
  /** The longest pause, milliseconds, before the jitter. */
  readonly capMs: number;
}

/**
 * Milliseconds to wait after a failure.
 * @param failures how many tries have failed, at least 1
 * @param chance from 0 to 1; those that failed together must not all come back together
 */
export function backoffMs(backoff: Backoff, failures: number, chance = randomChance()): number {
  const pause = Math.min(backoff.initialMs * backoff.factor ** (failures - 1), backoff.capMs);
  return Math.round(pause * (1 + backoff.jitter * (2 * chance - 1)));
}

function randomChance(): number {
  return randomInt(1_000_000) / 1_000_000;
}
