import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBuckets } from './token-buckets.js';

const rate = { perSecond: 10, burst: 3 };

describe('TokenBuckets', () => {
  it('lets a burst through, and then says when the next may come', () => {
    const buckets = new TokenBuckets(10);
    expect([1, 2, 3].map(() => buckets.take('a', rate, 0))).toEqual([0, 0, 0]);
    expect(buckets.take('a', rate, 0)).toBeCloseTo(100);
    expect(buckets.take('a', rate, 50)).toBeCloseTo(50);
    expect(buckets.take('a', rate, 101)).toBe(0);
    expect(buckets.take('a', rate, 101)).toBeGreaterThan(0);
  });

  it('takes several at once, and lends what a full bucket does not hold', () => {
    const buckets = new TokenBuckets(10);
    expect(buckets.take('a', rate, 0, 2)).toBe(0);
    expect(buckets.take('a', rate, 0, 2)).toBeCloseTo(100);
    expect(buckets.take('a', rate, 1000, 13)).toBe(0);
    expect(buckets.take('a', rate, 1000)).toBeCloseTo(1100);
    expect(buckets.take('a', rate, 2000)).toBeCloseTo(100);
    expect(buckets.take('a', rate, 2101)).toBe(0);
  });

  it('counts each sender for itself', () => {
    const buckets = new TokenBuckets(10);
    for (let i = 0; i < 4; i++) buckets.take('a', rate, 0);
    expect(buckets.take('b', rate, 0)).toBe(0);
  });

  it('fills up to the burst and no further', () => {
    const buckets = new TokenBuckets(10);
    for (let i = 0; i < 4; i++) buckets.take('a', rate, 0);
    const taken = [1, 2, 3, 4].map(() => buckets.take('a', rate, 3_600_000));
    expect(taken.map((wait) => wait === 0)).toEqual([true, true, true, false]);
  });

  it('follows a rate that changes', () => {
    const buckets = new TokenBuckets(10);
    for (let i = 0; i < 3; i++) buckets.take('a', rate, 0);
    expect(buckets.take('a', { perSecond: 1, burst: 1 }, 0)).toBeCloseTo(1000);
    expect(buckets.take('a', { perSecond: 1, burst: 1 }, 1000)).toBe(0);
  });

  it('never holds more buckets than it may, and forgets the longest unseen', () => {
    const buckets = new TokenBuckets(3);
    for (let i = 0; i < 4; i++) buckets.take('often', rate, 0);
    for (let i = 0; i < 1000; i++) {
      buckets.take(`once ${String(i)}`, rate, 0);
      expect(buckets.take('often', rate, 0)).toBeGreaterThan(0);
      expect(buckets.size).toBeLessThanOrEqual(3);
    }
  });

  it('never lets more through than the burst and the rate over the time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 200 }), (pauses) => {
        const buckets = new TokenBuckets(10);
        let now = 0;
        let passed = 0;
        for (const pause of pauses) {
          now += pause;
          if (buckets.take('a', rate, now) === 0) passed++;
        }
        return passed <= rate.burst + (now * rate.perSecond) / 1000 + 1e-6;
      }),
    );
  });
});
