import { expect, it } from '@jest/globals';
import { Probe } from './probe.js';

it('tells well from failed', async () => {
  expect(await new Probe(() => Promise.resolve(true)).run()).toBe('ok');
  expect(await new Probe(() => Promise.resolve(false)).run()).toBe('failed');
  expect(await new Probe(() => Promise.reject(new Error('away'))).run()).toBe('failed');
});

it('does not wait for what hangs, and does not ask it twice', async () => {
  let asked = 0;
  let answer: (isWell: boolean) => void = () => undefined;
  const probe = new Probe(() => {
    asked++;
    return new Promise((resolve) => (answer = resolve));
  });
  const started = performance.now();
  expect(await Promise.all([probe.run(), probe.run()])).toEqual([
    'no answer in time',
    'no answer in time',
  ]);
  expect(performance.now() - started).toBeLessThan(1500);
  const third = probe.run();
  answer(true);
  expect(await third).toBe('ok');
  expect(asked).toBe(1);
});
