import { expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { AdaptiveCache } from './adaptive-cache.js';

it('a value that took long to look up is used again, and nobody waits for the next one', async () => {
  let looked = 0;
  const lookup = new AdaptiveCache(async () => {
    await delay(100);
    return ++looked;
  });
  expect(await Promise.all([lookup.get(), lookup.get()])).toEqual([1, 1]);
  for (let asked = 0; asked < 10; asked++) expect(await lookup.get()).toBe(1);
  expect(looked).toBe(1);
});

it('a value that is found at once is looked up each time', async () => {
  let looked = 0;
  const lookup = new AdaptiveCache(() => Promise.resolve(++looked));
  await lookup.get();
  await delay(30);
  expect(await lookup.get()).toBe(2);
});

it('a look-up that fails is told, and tried again', async () => {
  let looked = 0;
  const lookup = new AdaptiveCache(() =>
    ++looked === 1 ? Promise.reject(new Error('away')) : Promise.resolve('back'),
  );
  await expect(lookup.get()).rejects.toThrow('away');
  expect(await lookup.get()).toBe('back');
});
