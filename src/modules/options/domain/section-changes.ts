import { isDeepStrictEqual } from 'node:util';
import { Slices } from '../../../core/event-loop/slices.js';
import type { RawOptions, WrittenSections } from '../../../core/settings/index.js';

/** What happened to one section. */
export interface SectionChange {
  readonly section: string;
  /** Absent: the section is new. */
  readonly before: RawOptions | undefined;
  /** Absent: the section is gone. */
  readonly after: RawOptions | undefined;
}

/** The sections that differ, in the order of their options too: of `after` first, then the lost. */
export async function changesBetween(
  before: WrittenSections,
  after: WrittenSections,
): Promise<SectionChange[]> {
  const slices = new Slices();
  const changes: SectionChange[] = [];
  for (const [section, options] of after) {
    const earlier = before.get(section);
    if (earlier === undefined || !isSame(earlier, options)) {
      changes.push({ section, before: earlier, after: options });
    }
    if (slices.isOver) await slices.next();
  }
  for (const [section, options] of before) {
    if (!after.has(section)) changes.push({ section, before: options, after: undefined });
  }
  return changes;
}

/** Options are JSON: one text, one value. */
function isSame(before: RawOptions, after: RawOptions): boolean {
  return before === after || JSON.stringify(before) === JSON.stringify(after);
}

/** Whether both have the same sections in the same order. */
export function isSameOrder(before: WrittenSections, after: WrittenSections): boolean {
  return isDeepStrictEqual([...before.keys()], [...after.keys()]);
}
