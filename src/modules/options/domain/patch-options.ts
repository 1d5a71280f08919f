import type { GivenOptions } from '../section-schema.js';
import type { SectionCatalogue } from './section-catalogue.js';

/**
 * The options of a section with changes made: what is named is replaced, where it stands or at the
 * end; null takes an option out. An option that the section cannot hold stays null, so that the
 * check refuses it by its name.
 */
export function patchOptions(
  section: string,
  options: GivenOptions,
  changes: GivenOptions,
  catalogue: SectionCatalogue,
): GivenOptions {
  const patched = new Map(Object.entries(options));
  const unwritten: string[] = [];
  for (const [name, value] of Object.entries(changes)) {
    const twins = [...patched.keys()].filter((other) => catalogue.isSame(section, other, name));
    for (const twin of twins) if (twin !== name || value === null) patched.delete(twin);
    if (value !== null) patched.set(name, value);
    else if (twins.length === 0) unwritten.push(name);
  }
  const written = Object.fromEntries(patched);
  for (const name of unwritten) {
    if (!catalogue.takes(section, written, name)) patched.set(name, null);
  }
  return Object.fromEntries(patched);
}
