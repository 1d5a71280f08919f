/** The longest tag or filter, characters. */
export const maxTagLength = 255;

const tag = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const filter = /^(?:\*|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:\.\*)?)$/;

/** What a tag is, in words. */
export const tagForm = 'words of letters, digits, _ and -, joined by dots';

/** What a filter is, in words. */
export const filterForm = `${tagForm}; its last word may be *`;

/**
 * Whether an event may be tagged so (docs/compatibility.md, Subscription). The hyphen is ours: the
 * ids of services, which tags are made of, are UUIDs.
 */
export function isTag(text: string): boolean {
  return text.length <= maxTagLength && tag.test(text);
}

/** Whether a subscription may filter so: a tag, one with `.*` behind, or `*` alone. */
export function isFilter(text: string): boolean {
  return text.length <= maxTagLength && filter.test(text);
}

/**
 * All filters that match a tag, of which there are few, so that subscriptions are found by
 * equality: of `a.b` these are `*`, `a.*` and `a.b`. `a.*` does not match `a`.
 */
export function filtersThatMatch(matched: string): string[] {
  return ['*', ...groupsOf(matched).map((group) => `${group}.*`), matched];
}

/** The groups that a tag belongs to, the widest first: of `a.b.c` these are `a` and `a.b`. */
export function groupsOf(ofTag: string): string[] {
  const words = ofTag.split('.');
  return words.slice(1).map((_, at) => words.slice(0, at + 1).join('.'));
}
