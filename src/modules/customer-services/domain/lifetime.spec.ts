import { describe, expect, it } from '@jest/globals';
import { lifetimeIntervalOf } from './lifetime.js';

describe('lifeIntervalOf', () => {
  it.each([
    ['2w', '2 weeks'],
    ['7d', '7 days'],
    ['5y', '5 years'],
    ['1s', '1 seconds'],
    ['12h', '12 hours'],
    ['6m', '6 months'],
    ['100y', '100 years'],
  ])('reads %s', (text, interval) => {
    expect(lifetimeIntervalOf(text)).toBe(interval);
  });

  it.each(['', '2', 'w', '0w', '-1d', '1.5d', '2 w', '2W', '101y', '9999999999y', '2w3d', '2min'])(
    'does not take %j',
    (text) => {
      expect(lifetimeIntervalOf(text)).toBeUndefined();
    },
  );
});
