import { expect, it } from '@jest/globals';
import { Bell } from './bell.js';

const longMs = 10_000;

it('sleeps for the time given', async () => {
  const started = performance.now();
  await new Bell().sleep(30);
  expect(performance.now() - started).toBeGreaterThanOrEqual(28);
});

it('is woken by a ring', async () => {
  const bell = new Bell();
  const sleep = bell.sleep(longMs);
  bell.ring();
  await sleep;
});

it('keeps a ring that came while awake, once', async () => {
  const bell = new Bell();
  bell.ring();
  bell.ring();
  await bell.sleep(longMs);
  const started = performance.now();
  await bell.sleep(30);
  expect(performance.now() - started).toBeGreaterThanOrEqual(28);
});
