import { beforeEach, describe, expect, it } from '@jest/globals';
import { KnownTokens } from './known-tokens.js';

const hour = 3_600_000;
let now: number;
let tokens: KnownTokens;

beforeEach(() => {
  now = 0;
  tokens = new KnownTokens(3, () => now);
});

describe('the tokens for push services', () => {
  it('are used again until their time is over', () => {
    tokens.add('a', 'token', 1000);
    now = 999;
    expect(tokens.find('a')).toBe('token');
    expect(tokens.find('b')).toBeUndefined();
    now = 1000;
    expect(tokens.find('a')).toBeUndefined();
  });

  it('go when they are asked for after their time', () => {
    tokens.add('a', 'token', 1000);
    now = 1000;
    tokens.find('a');
    expect(tokens.size).toBe(0);
  });

  it('go after their time when another one comes, in whatever order they end', () => {
    tokens.add('long', 'token', 5000);
    tokens.add('short', 'token', 1000);
    now = 1000;
    tokens.add('new', 'token', 1000);
    expect([tokens.size, tokens.find('long'), tokens.find('new')]).toEqual([2, 'token', 'token']);
    now = 5000;
    tokens.add('last', 'token', 1000);
    expect(tokens.size).toBe(1);
  });

  it('are as many as may be; of more the longest unused goes', () => {
    for (const name of ['a', 'b', 'c']) tokens.add(name, `of ${name}`, 1000);
    tokens.find('a');
    tokens.add('d', 'of d', 1000);
    const found = ['a', 'b', 'c', 'd'].map((name) => tokens.find(name));
    expect(found).toEqual(['of a', undefined, 'of c', 'of d']);
    for (let name = 0; name < 1000; name++) tokens.add(String(name), 'token', 1000);
    expect(tokens.size).toBe(3);
  });

  it('take the place of those of the same name and of no other', () => {
    for (const name of ['a', 'b', 'c']) tokens.add(name, 'first', 1000);
    tokens.add('b', 'second', 1000);
    expect(['a', 'b', 'c'].map((name) => tokens.find(name))).toEqual(['first', 'second', 'first']);
  });

  it.each([Infinity, 1e300, 25 * hour])('are used for a day at most: %d', (lifeMs) => {
    tokens.add('a', 'token', lifeMs);
    now = 24 * hour;
    expect(tokens.find('a')).toBeUndefined();
  });

  it.each([0, -1000])('are not kept without time left, nor those before them: %d', (lifeMs) => {
    tokens.add('a', 'first', 1000);
    tokens.add('a', 'second', lifeMs);
    expect([tokens.find('a'), tokens.size]).toEqual([undefined, 0]);
  });

  it('can be forgotten', () => {
    tokens.add('a', 'token', 1000);
    tokens.forget('a');
    expect(tokens.find('a')).toBeUndefined();
  });
});
