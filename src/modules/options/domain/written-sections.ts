import type { GivenOptions } from '../section-schema.js';

/** Sections as they were written, by name, in order; from a file or a body, so nothing is sure. */
export type GivenSections = ReadonlyMap<string, unknown>;

/** Sections that were checked and stored. */
export type WrittenSections = ReadonlyMap<string, GivenOptions>;

/** Whether a value is a map of options, as opposed to a list, a scalar or nothing. */
export function isOptions(value: unknown): value is GivenOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
