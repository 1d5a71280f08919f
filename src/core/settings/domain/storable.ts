/** Options nest two or three levels; a text nested deeper than this was made to exhaust a stack. */
export const maxDepth = 20;

/**
 * What keeps a JSON value out of the database, as a part of a sentence; undefined when nothing
 * does. PostgreSQL holds neither NUL nor half of a surrogate pair, in names or in values.
 */
export function whyUnstorable(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return whyUnstorableText(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === maxDepth) return `is nested deeper than ${String(maxDepth)} levels`;
  if (Array.isArray(value)) return firstOf(value, (item) => whyUnstorable(item, depth + 1));
  for (const [name, member] of Object.entries(value)) {
    const why = whyUnstorableText(name) ?? whyUnstorable(member, depth + 1);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** A list may have 100,000 items: no names are made of their places. */
function firstOf<Item>(
  items: readonly Item[],
  look: (item: Item) => string | undefined,
): string | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function whyUnstorableText(text: string): string | undefined {
  if (text.includes('\0')) return 'takes text without NUL characters';
  if (!text.isWellFormed()) return 'takes text without halves of surrogate pairs';
  return undefined;
}
