import { describe, expect, it } from '@jest/globals';
import { headerText, isUserName } from './user-name.js';

const asNodeReadsIt = (bytes: Buffer): string => bytes.toString('latin1');

describe('headerText', () => {
  it.each(['alice', 'o’neil', 'Zoë', '山田', '🙂'])('reads %s from UTF-8', (name) => {
    expect(headerText(asNodeReadsIt(Buffer.from(name, 'utf8')))).toBe(name);
  });

  it('reads bytes that are not UTF-8 as ISO 8859-1', () => {
    expect(headerText(asNodeReadsIt(Buffer.from('Zoë', 'latin1')))).toBe('Zoë');
  });
});

describe('isUserName', () => {
  it.each(['a', 'a b', 'a'.repeat(255), '🙂'.repeat(255), '__proto__', "'; DROP TABLE x"])(
    'takes %s',
    (name) => {
      expect(isUserName(name)).toBe(true);
    },
  );

  it.each(['', 'a'.repeat(256), '🙂'.repeat(256), 'a\0', 'a\tb', 'a\u0085', 'a\u007f', '\ud800'])(
    'refuses %j',
    (name) => {
      expect(isUserName(name)).toBe(false);
    },
  );
});
