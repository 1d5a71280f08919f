import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isAccessKeyText, generateKey } from './key-text.js';

describe('the text of a key', () => {
  it('has a prefix and 256 random bits', () => {
    let asked = 0;
    const key = generateKey((bytes) => randomBytes((asked = bytes)));
    expect(asked).toBe(32);
    expect(key).toMatch(/^gms_[\w-]{43}$/);
    expect(isAccessKeyText(key)).toBe(true);
  });

  it.each(['', 'gms_', `gms_${'a'.repeat(42)}`, `gms_${'a'.repeat(44)}`, `x${'a'.repeat(46)}`])(
    'is not %j',
    (text) => {
      expect(isAccessKeyText(text)).toBe(false);
    },
  );
});
