import { describe, expect, it } from '@jest/globals';
import { plainText } from './redact.js';

describe('text of others', () => {
  it('is one line without what a terminal would obey', () => {
    expect(plainText('a\r\nb\u001b[31mc\u2028d\u202ee\ud800f', 100)).toBe('a  b [31mc d e f');
    expect(plainText('Köln 営業 😀', 100)).toBe('Köln 営業 😀');
  });

  it('is cut, also within a character of two units', () => {
    expect(plainText('abc', 3)).toBe('abc');
    expect(plainText('abcd', 3)).toBe('abc…');
    expect(plainText('ab😀', 3)).toBe('ab …');
  });
});
