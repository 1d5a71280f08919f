import { setTimeout as delay } from 'node:timers/promises';

/** Tries an expectation again and again until it holds; fails as it does when time is up. */
export async function eventually(
  expectation: () => void | Promise<void>,
  mostMs = 5000,
): Promise<void> {
  const deadline = performance.now() + mostMs;
  for (;;) {
    const asked = performance.now();
    try {
      await expectation();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      // To show what differs can cost more than what is tested; it is left most of the time.
      await delay(Math.min(10 + 3 * (performance.now() - asked), 200));
    }
  }
}
