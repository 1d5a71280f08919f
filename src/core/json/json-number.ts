/** Counts what `JSON.stringify` met and could not write as it was sent. */
let losses = 0;

export function countLoss(): void {
  losses++;
}

/** Whether `write` met anything that JavaScript's own JSON cannot write as it was sent. */
export function detectLoss(write: () => void): boolean {
  const before = losses;
  write();
  return losses !== before;
}

/**
 * A number that JavaScript would write otherwise than it was sent: `12345678901234567890`, `1.10`,
 * `1E400`, `-0`. All other numbers are plain ones.
 */
export class JsonNumber {
  /** @param text as it was sent */
  constructor(readonly text: string) {}

  /** The nearest number of JavaScript; infinite beyond 1.7e308. */
  valueOf(): number {
    return Number(this.text);
  }

  toString(): string {
    return this.text;
  }

  /** For who writes JSON without `writeJson`: the nearest number. */
  toJSON(): number {
    countLoss();
    return this.valueOf();
  }
}

/** The digits of a number as it was sent; undefined for what is no number. */
export function numberTextOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return value instanceof JsonNumber ? value.text : undefined;
}

/** A text, a number with the digits that were sent, or a truth value, as text; undefined for what is else. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' ? String(value) : numberTextOf(value);
}

/** A number of JSON as one of JavaScript's; undefined for what is none. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof JsonNumber ? value.valueOf() : undefined;
}
