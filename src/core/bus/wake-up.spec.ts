import { describe, expect, it } from '@jest/globals';
import { decodeWakeUp, encodeWakeUp, withOrigin } from './wake-up.js';

describe('the text of a wake-up', () => {
  it.each([undefined, 'a', 'with blanks', 'Zoë', 'k'.repeat(200)])('carries the key %j', (key) => {
    const text = encodeWakeUp('options', key);
    expect(decodeWakeUp(text)).toEqual({ topic: 'options', key });
    expect(decodeWakeUp(withOrigin(text, 'me'))).toEqual({ topic: 'options', key });
  });

  it.each(['', 'k'.repeat(201), 'é'.repeat(101), 'a\0', 'a\x1fb', 'a\nb', '\ud800'])(
    'leaves out the key %j, which would spoil it',
    (key) => {
      expect(decodeWakeUp(encodeWakeUp('options', key))).toEqual({
        topic: 'options',
        key: undefined,
      });
    },
  );

  it('is known to the node that sent it', () => {
    expect(decodeWakeUp(withOrigin(encodeWakeUp('options', 'a'), 'me'), 'me')).toBeUndefined();
    expect(
      decodeWakeUp(withOrigin(encodeWakeUp('options', undefined), 'me'), 'me'),
    ).toBeUndefined();
    expect(decodeWakeUp(withOrigin('options', 'me'), 'you')).toBeDefined();
    expect(decodeWakeUp('options', 'me')).toBeDefined();
  });

  it('stays far below the 8000 bytes that PostgreSQL takes', () => {
    const text = encodeWakeUp('t'.repeat(60), 'é'.repeat(100));
    expect(Buffer.byteLength(withOrigin(text, 'o'.repeat(36)))).toBeLessThan(400);
  });
});
