import { describe, expect, it } from '@jest/globals';
import { type Backoff, backoffMs } from './backoff.js';

const backoff: Backoff = { initialMs: 100, factor: 3, jitter: 0.2, capMs: 1000 };

describe('backoffMs', () => {
  it('grows by the factor up to the cap', () => {
    const pauses = [1, 2, 3, 4, 1000].map((failures) => backoffMs(backoff, failures, 0.5));
    expect(pauses).toEqual([100, 300, 900, 1000, 1000]);
  });

  it('spreads by the jitter to both sides', () => {
    expect(backoffMs(backoff, 1, 0)).toBe(80);
    expect(backoffMs(backoff, 1, 1)).toBe(120);
  });

  it('is left to chance', () => {
    const pauses = Array.from({ length: 200 }, () => backoffMs(backoff, 4));
    expect(new Set(pauses).size).toBeGreaterThan(50);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1200);
  });
});
