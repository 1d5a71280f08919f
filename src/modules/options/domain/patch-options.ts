import type { RawOptions, SectionCatalogue } from '../../../core/settings/index.js';

/**
 * The options of a section with changes made: what is named is replaced, where it stands or at the
 * end; null takes an option out. An option that the section cannot hold stays null, so that the
 * check refuses it by its name.
 */
export function patchOptions(
  section: string,
  options: RawOptions,
  changes: RawOptions,
  catalogue: SectionCatalogue,
): RawOptions {
  const nameOf = catalogue.namesOf(section);
  const patched = new Map(Object.entries(options));
  /** Under the one name of an option the ways in which it is written: a call may name thousands. */
  const ways = new Map<string, Set<string>>();
  for (const written of patched.keys()) addTo(ways, nameOf(written), written);
  const unwritten: string[] = [];
  for (const [name, value] of Object.entries(changes)) {
    const twins = ways.get(nameOf(name)) ?? new Set();
    ways.delete(nameOf(name));
    for (const twin of twins) if (twin !== name || value === null) patched.delete(twin);
    if (value !== null) {
      patched.set(name, value);
      addTo(ways, nameOf(name), name);
    } else if (twins.size === 0) {
      unwritten.push(name);
    }
  }
  const unknown = catalogue.unknownOf(section, Object.fromEntries(patched), unwritten);
  for (const name of unknown) patched.set(name, null);
  return Object.fromEntries(patched);
}

function addTo(ways: Map<string, Set<string>>, name: string, written: string): void {
  const known = ways.get(name);
  if (known === undefined) ways.set(name, new Set([written]));
  else known.add(written);
}
