/** A JSON value as a parameter of a statement; what is absent is SQL's null. */
export function jsonOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
