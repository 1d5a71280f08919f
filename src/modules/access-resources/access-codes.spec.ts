import { describe, expect, it } from '@jest/globals';
import { drawAccessCodes } from './access-codes.js';

describe('drawAccessCodes', () => {
  it.each([4, 6, 12])('draws codes of %d digits, leading zeros kept', (length) => {
    const codes = drawAccessCodes(length, 2000);
    expect(codes).toHaveLength(2000);
    expect(codes.every((code) => new RegExp(`^\\d{${String(length)}}$`).test(code))).toBe(true);
    expect(codes.some((code) => code.startsWith('0'))).toBe(true);
  });

  it('draws from the whole range', () => {
    const firstDigits = new Set(drawAccessCodes(4, 2000).map((code) => code[0]));
    expect(firstDigits.size).toBe(10);
  });
});
