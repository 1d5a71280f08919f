import { randomInt } from 'node:crypto';

/** A number chosen for a service, and how. */
export class NumberChoice {
  constructor(
    /** In comparable form. */
    readonly number: string,
    /** As the operator wrote it. */
    readonly display: string,
    /** Until when it is locked for the service, as PostgreSQL writes it; undefined: it is not. */
    readonly bookedUntil: string | undefined,
  ) {}

  /** Any of a group's numbers; undefined when it has none. */
  static random(numbers: readonly string[]): { display: string } | undefined {
    const display = numbers.length === 0 ? undefined : numbers[randomInt(numbers.length)];
    return display === undefined ? undefined : { display };
  }
}
