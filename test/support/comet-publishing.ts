import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { publish } from './notification.js';
import type { RunningServer } from './test-server.js';
import type { TestResponse } from './http-client.js';

type Calls = Pick<RunningServer, 'request'>;

/** Publishes an event to one user's comet sessions, from outside, whatever it answers. */
export function tryPublishTo(
  server: Calls,
  user: string,
  message: string,
  key: string = randomUUID(),
): Promise<TestResponse> {
  const json = { tag: 'judge', message, notificationDetails: { type: 'comet', deviceId: user } };
  return publish(server, json, { 'Idempotency-Key': key });
}

/**
 * Publishes an event as a careful publisher does: tries the same one again, with the same key,
 * until it was taken.
 * @returns how many tries it took
 */
export async function publishTo(server: Calls, user: string, message: string): Promise<number> {
  const key = randomUUID();
  const deadline = performance.now() + 30_000;
  for (let tries = 1; ; tries++) {
    const answer = await tryPublishTo(server, user, message, key).catch(() => undefined);
    if (answer?.status === 200) return tries;
    const mayHeal = answer === undefined || answer.status >= 500;
    if (!mayHeal || performance.now() > deadline) {
      throw new Error(`not published: ${answer?.status} ${answer?.text}`);
    }
    await delay(50);
  }
}

/** Publishes texts to a user one after the other, so that their order is known. */
export async function publishAll(
  server: Calls,
  user: string,
  messages: readonly string[],
): Promise<void> {
  for (const message of messages) await publishTo(server, user, message);
}

/** The texts `<first>` to `<last>`. */
export const numbered = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, place) => String(first + place));
