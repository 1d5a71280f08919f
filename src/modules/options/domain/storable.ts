/** Options nest two or three levels; a text nested deeper than this was made to exhaust a stack. */
export const deepest = 20;

/**
 * What keeps a JSON value out of the database, as a part of a sentence; undefined when nothing
 * does. PostgreSQL holds neither NUL nor half of a surrogate pair, in names or in values.
 */
export function unstorable(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return unstorableText(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === deepest) return `is nested deeper than ${String(deepest)} levels`;
  for (const [name, member] of Object.entries(value)) {
    const why = unstorableText(name) ?? unstorable(member, depth + 1);
    if (why !== undefined) return why;
  }
  return undefined;
}

export function unstorableText(text: string): string | undefined {
  if (text.includes('\0')) return 'takes text without NUL characters';
  if (!text.isWellFormed()) return 'takes text without halves of surrogate pairs';
  return undefined;
}
