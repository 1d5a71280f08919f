import { describe, expect, it } from '@jest/globals';
import { toComparableNumber, isAccessNumber } from './phone-number.js';

describe('comparable', () => {
  it.each([
    ['8003449999', '', '8003449999'],
    [' (800) 344-9999 ', '', '8003449999'],
    ['+1 800 344 9999', '', '+18003449999'],
    ['18003449999', '', '18003449999'],
    ['anonymous', '', 'anonymous'],
    ['(650) 466-9999', 'US', '+16504669999'],
    ['+1 650 466 9999', 'US', '+16504669999'],
    ['1 650 466 9999', 'US', '+16504669999'],
    ['01 55 55 99 99', 'FR', '+33155559999'],
    ['+33155559999', 'US', '+33155559999'],
    ['42', 'US', '42'],
  ])('reads %j with default country %j as %j', (number, country, expected) => {
    expect(toComparableNumber(number, country)).toBe(expected);
  });
});

describe('isAccessNumber', () => {
  it.each(['8003449999', '+33 1 55 55 99 99', '(800) 344-9999', '1'])('takes %j', (number) => {
    expect(isAccessNumber(number)).toBe(true);
  });

  it.each(['', '+', 'FLOWERS', '1'.repeat(50), '80+0', '8003449999\n'])('refuses %j', (number) => {
    expect(isAccessNumber(number)).toBe(false);
  });
});
