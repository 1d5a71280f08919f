import { describe, expect, it } from '@jest/globals';
import { changesBetween, isSameOrder } from './section-changes.js';

const of = (sections: Record<string, Record<string, unknown>>) => new Map(Object.entries(sections));

describe('changes between two configurations', () => {
  it('are what is new, what is other and what is gone', async () => {
    const before = of({ same: { a: 1 }, other: { a: 1 }, gone: {} });
    const after = of({ fresh: {}, same: { a: 1 }, other: { a: 2 } });
    expect(await changesBetween(before, after)).toEqual([
      { section: 'fresh', before: undefined, after: {} },
      { section: 'other', before: { a: 1 }, after: { a: 2 } },
      { section: 'gone', before: {}, after: undefined },
    ]);
  });

  it('are there when only the order of options differs', async () => {
    expect(await changesBetween(of({ x: { a: 1, b: [1] } }), of({ x: { a: 1, b: [1] } }))).toEqual(
      [],
    );
    expect(await changesBetween(of({ x: { a: 1, b: 1 } }), of({ x: { b: 1, a: 1 } }))).toHaveLength(
      1,
    );
  });

  it('are told apart by type: what was written is what is read', async () => {
    expect(await changesBetween(of({ x: { a: 1 } }), of({ x: { a: '1' } }))).toHaveLength(1);
  });

  it('have an order of sections of their own', () => {
    expect(isSameOrder(of({ a: {}, b: {} }), of({ a: {}, b: {} }))).toBe(true);
    expect(isSameOrder(of({ a: {}, b: {} }), of({ b: {}, a: {} }))).toBe(false);
  });
});
