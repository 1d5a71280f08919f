import { describe, expect, it } from '@jest/globals';
import { AddressHandshakeLimits, HandshakeRateLimit } from './handshake-rate-limit.js';

describe('the rate of handshakes', () => {
  it('is kept in any one second, wherever it begins', () => {
    const rate = new HandshakeRateLimit();
    const taken: number[] = [];
    for (let now = 500; now < 4500; now += 10) if (rate.tryTake(now, 20)) taken.push(now);
    for (const from of taken) {
      expect(taken.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(20);
    }
    expect(taken).toHaveLength(80);
  });

  it('of many addresses is kept for each, in a bounded place', () => {
    const rates = new AddressHandshakeLimits();
    const addresses = Array.from({ length: 30_000 }, (_, address) => String(address));
    const takes = addresses.map((address) => [1, 2].map(() => rates.tryTake(address, 0, 1)).join());
    expect(new Set(takes)).toEqual(new Set(['true,false']));
    expect(rates.tryTake('29999', 999, 1)).toBe(false);
    expect(rates.tryTake('29999', 1001, 1)).toBe(true);
  });
});
