import { expect, it } from '@jest/globals';
import { Signal } from './signal.js';

const longMs = 10_000;

it('sleeps for the time given', async () => {
  const started = performance.now();
  await new Signal().wait(30);
  expect(performance.now() - started).toBeGreaterThanOrEqual(28);
});

it('is woken by a ring', async () => {
  const bell = new Signal();
  const sleep = bell.wait(longMs);
  bell.notify();
  await sleep;
});

it('keeps a ring that came while awake, once', async () => {
  const bell = new Signal();
  bell.notify();
  bell.notify();
  await bell.wait(longMs);
  const started = performance.now();
  await bell.wait(30);
  expect(performance.now() - started).toBeGreaterThanOrEqual(28);
});
