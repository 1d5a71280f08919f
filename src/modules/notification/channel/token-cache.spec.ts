import { beforeEach, describe, expect, it } from '@jest/globals';
import { TokenCache } from './token-cache.js';

const hour = 3_600_000;
let now: number;
let tokens: TokenCache;

beforeEach(() => {
  now = 0;
  tokens = new TokenCache(3, () => now);
});

describe('the tokens for push services', () => {
  it('are used again until their time is over', () => {
    tokens.set('a', 'token', 1000);
    now = 999;
    expect(tokens.get('a')).toBe('token');
    expect(tokens.get('b')).toBeUndefined();
    now = 1000;
    expect(tokens.get('a')).toBeUndefined();
  });

  it('go when they are asked for after their time', () => {
    tokens.set('a', 'token', 1000);
    now = 1000;
    tokens.get('a');
    expect(tokens.size).toBe(0);
  });

  it('go after their time when another one comes, in whatever order they end', () => {
    tokens.set('long', 'token', 5000);
    tokens.set('short', 'token', 1000);
    now = 1000;
    tokens.set('new', 'token', 1000);
    expect([tokens.size, tokens.get('long'), tokens.get('new')]).toEqual([2, 'token', 'token']);
    now = 5000;
    tokens.set('last', 'token', 1000);
    expect(tokens.size).toBe(1);
  });

  it('are as many as may be; of more the longest unused goes', () => {
    for (const name of ['a', 'b', 'c']) tokens.set(name, `of ${name}`, 1000);
    tokens.get('a');
    tokens.set('d', 'of d', 1000);
    const found = ['a', 'b', 'c', 'd'].map((name) => tokens.get(name));
    expect(found).toEqual(['of a', undefined, 'of c', 'of d']);
    for (let name = 0; name < 1000; name++) tokens.set(String(name), 'token', 1000);
    expect(tokens.size).toBe(3);
  });

  it('take the place of those of the same name and of no other', () => {
    for (const name of ['a', 'b', 'c']) tokens.set(name, 'first', 1000);
    tokens.set('b', 'second', 1000);
    expect(['a', 'b', 'c'].map((name) => tokens.get(name))).toEqual(['first', 'second', 'first']);
  });

  it.each([Infinity, 1e300, 25 * hour])('are used for a day at most: %d', (lifeMs) => {
    tokens.set('a', 'token', lifeMs);
    now = 24 * hour;
    expect(tokens.get('a')).toBeUndefined();
  });

  it.each([0, -1000])('are not kept without time left, nor those before them: %d', (lifeMs) => {
    tokens.set('a', 'first', 1000);
    tokens.set('a', 'second', lifeMs);
    expect([tokens.get('a'), tokens.size]).toEqual([undefined, 0]);
  });

  it('can be forgotten', () => {
    tokens.set('a', 'token', 1000);
    tokens.delete('a');
    expect(tokens.get('a')).toBeUndefined();
  });
});
