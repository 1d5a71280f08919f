import { expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { SparingLookup } from './sparing-lookup.js';

it('a value that took long to look up is used again, and nobody waits for the next one', async () => {
  let looked = 0;
  const lookup = new SparingLookup(async () => {
    await delay(100);
    return ++looked;
  });
  expect(await Promise.all([lookup.value(), lookup.value()])).toEqual([1, 1]);
  for (let asked = 0; asked < 10; asked++) expect(await lookup.value()).toBe(1);
  expect(looked).toBe(1);
});

it('a value that is found at once is looked up each time', async () => {
  let looked = 0;
  const lookup = new SparingLookup(() => Promise.resolve(++looked));
  await lookup.value();
  await delay(30);
  expect(await lookup.value()).toBe(2);
});

it('a look-up that fails is told, and tried again', async () => {
  let looked = 0;
  const lookup = new SparingLookup(() =>
    ++looked === 1 ? Promise.reject(new Error('away')) : Promise.resolve('back'),
  );
  await expect(lookup.value()).rejects.toThrow('away');
  expect(await lookup.value()).toBe('back');
});
