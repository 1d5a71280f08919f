import { writeJson } from '../../../core/json/index.js';

/** A JSON value as a parameter of a statement; what is absent is SQL's null. */
export function jsonParameter(value: unknown): string | null {
  return value === undefined ? null : writeJson(value);
}

/**
 * An instant as a parameter of a statement. The driver would write it in this machine's time zone,
 * whose offset before about 1900 has seconds that JavaScript leaves out.
 */
export function instantParameter(instant: Date | undefined): string | null {
  return instant === undefined ? null : instant.toISOString();
}
