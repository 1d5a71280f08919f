/** What a family's section may be called after the family's dot, in words. */
export const sectionNameForm =
  'takes a name after the dot: 1 to 100 letters, digits, . _ ~ - and single blanks between them';

const maxNameLength = 100;

/** Letters of any script; the rest of ASCII is left to addresses, YAML and log lines. */
const namePattern = /^[\p{L}\p{M}\p{N}._~-]+(?: [\p{L}\p{M}\p{N}._~-]+)*$/u;

/** Whether a section of a family may be called so, as `DNIS` in `resources.DNIS`. */
export function isSectionName(name: string): boolean {
  // More UTF-16 units than twice the characters cannot fit; the pattern need not look.
  if (name.length > 2 * maxNameLength || !namePattern.test(name)) return false;
  return Array.from(name).length <= maxNameLength;
}
