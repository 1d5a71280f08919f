import { setTimeout as delay } from 'node:timers/promises';

/** Tries an expectation again and again until it holds; fails as it does when time is up. */
export async function eventually(
  expectation: () => void | Promise<void>,
  mostMs = 5000,
): Promise<void> {
  const deadline = performance.now() + mostMs;
  for (;;) {
    try {
      await expectation();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(10);
    }
  }
}
