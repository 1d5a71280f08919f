import { expect, it } from '@jest/globals';
import { randomHex } from './random-hex.js';

it('gives digits as many as asked for, none of them twice', () => {
  const texts = Array.from({ length: 1000 }, (_, place) => randomHex(place % 2 ? 20 : 16));
  texts.forEach((text, place) => {
    expect(text).toMatch(place % 2 ? /^[0-9a-f]{40}$/ : /^[0-9a-f]{32}$/);
  });
  const words = texts.flatMap((text) => text.match(/.{16}/g) ?? []);
  expect(new Set(words).size).toBe(words.length);
  expect(words).not.toContain('0'.repeat(16));
});
