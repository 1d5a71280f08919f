import { Slices } from '../../../core/event-loop/slices.js';
import {
  type RawOptions,
  type RawSections,
  isOptions,
  type WrittenSections,
  optionFault,
  type FaultList,
  maxDepth,
} from '../../../core/settings/index.js';

/** What reads show in place of a secret; written, it keeps the secret that is stored. */
export const secretMask = '********';

/** Tells which options of a section are secrets. */
export type IsSecret = (section: string, option: string) => boolean;

/** The options as reads show them. */
export function maskSecrets(section: string, options: RawOptions, isSecret: IsSecret): RawOptions {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      isSecret(section, name) ? secretMask : value,
    ]),
  );
}

/**
 * Puts the stored secrets in the place of masks. A mask with no secret behind it is a fault, and
 * so is one inside of a list or map: it would become the secret.
 */
export async function restoreSecrets(
  given: RawSections,
  stored: WrittenSections,
  isSecret: IsSecret,
  faults: FaultList,
): Promise<RawSections> {
  const slices = new Slices();
  const kept = new Map<string, unknown>();
  for (const [section, options] of given) {
    const earlier = stored.get(section) ?? {};
    const keep = (name: string, value: unknown): unknown => {
      if (!isSecret(section, name) || !hasMask(value)) return value;
      if (isMask(value) && Object.hasOwn(earlier, name)) return earlier[name];
      const why = isMask(value) ? 'keeps one, and none is stored' : 'keeps one as a whole alone';
      faults.note(() => optionFault(section, name, `takes a secret; ${secretMask} ${why}`));
      return value;
    };
    kept.set(section, isOptions(options) ? mapOptions(options, keep) : options);
    if (slices.isOver) await slices.next();
  }
  return kept;
}

/** Options are trimmed when they are read. */
function isMask(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === secretMask;
}

function hasMask(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return isMask(value);
  // What is nested deeper than any option is refused by the check.
  return depth < maxDepth && Object.values(value).some((item) => hasMask(item, depth + 1));
}

function mapOptions(
  options: RawOptions,
  change: (name: string, value: unknown) => unknown,
): RawOptions {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, change(name, value)]),
  );
}
