import type { GivenOptions } from '../section-schema.js';
import { type Fault, optionFault } from './fault.js';
import { type GivenSections, isOptions, type WrittenSections } from './written-sections.js';

/** What reads show in place of a secret; written, it keeps the secret that is stored. */
export const secretMask = '********';

/** Tells which options of a section are secrets. */
export type IsSecret = (section: string, option: string) => boolean;

/** The options as reads show them. */
export function maskSecrets(
  section: string,
  options: GivenOptions,
  isSecret: IsSecret,
): GivenOptions {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      isSecret(section, name) ? secretMask : value,
    ]),
  );
}

/** The options as an export without secrets has them. */
export function leaveOutSecrets(
  section: string,
  options: GivenOptions,
  isSecret: IsSecret,
): GivenOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !isSecret(section, name)));
}

/**
 * Puts the stored secrets in the place of masks. A mask with no secret behind it is a fault: it
 * would become the secret.
 */
export function keepSecrets(
  given: GivenSections,
  stored: WrittenSections,
  isSecret: IsSecret,
  faults: Fault[],
): GivenSections {
  const kept = new Map<string, unknown>();
  for (const [section, options] of given) {
    const earlier = stored.get(section) ?? {};
    const keep = (name: string, value: unknown): unknown => {
      if (value !== secretMask || !isSecret(section, name)) return value;
      if (Object.hasOwn(earlier, name)) return earlier[name];
      faults.push(
        optionFault(section, name, `takes a secret; ${secretMask} keeps one, and none is stored`),
      );
      return value;
    };
    kept.set(section, isOptions(options) ? mapOptions(options, keep) : options);
  }
  return kept;
}

function mapOptions(
  options: GivenOptions,
  change: (name: string, value: unknown) => unknown,
): GivenOptions {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, change(name, value)]),
  );
}
