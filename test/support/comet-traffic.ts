import { expect } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { CometClient, CometData } from './comet-client.js';
import { publishTo } from './comet-publishing.js';
import { eventually } from './eventually.js';
import type { RunningServer } from './test-server.js';

type Calls = Pick<RunningServer, 'request'>;

/** Events for some users, one after the other for each of them, until told to stop. */
export interface CometTraffic {
  /** What the server has taken so far, in its order, by user. */
  readonly sent: ReadonlyMap<string, readonly string[]>;
  /** Waits until so many events were taken in all from now on. */
  goOn(count: number): Promise<void>;
  /** Takes up no further event, and waits for those under way. */
  stop(): Promise<void>;
}

/** Begins to publish. An event that was not taken is tried again, with its key, before the next. */
export function startTraffic(server: Calls, users: readonly string[]): CometTraffic {
  const sent = new Map(users.map((user) => [user, [] as string[]]));
  let isOn = true;
  const total = (): number => [...sent.values()].reduce((sum, { length }) => sum + length, 0);
  const publishing = Promise.all(
    [...sent].map(async ([user, taken]) => {
      while (isOn) {
        const message = String(taken.length + 1);
        await publishTo(server, user, message);
        taken.push(message);
        await delay(20);
      }
    }),
  );
  // Whoever waits for it is told why.
  publishing.catch(() => {
    isOn = false;
  });
  return {
    sent,
    goOn: async (count) => {
      const goal = total() + count;
      const reached = eventually(() => expect(total()).toBeGreaterThanOrEqual(goal), 30_000);
      await Promise.race([reached, publishing]);
    },
    stop: async () => {
      isOn = false;
      await publishing;
    },
  };
}

/** Waits until each client has what was sent to its user: all of it, once, in order. */
export async function expectExactlyOnce(
  { sent }: CometTraffic,
  clients: readonly CometClient[],
): Promise<void> {
  const wanted = clients.map(({ user }) => sent.get(user));
  await eventually(() => {
    expect(clients.map(({ messages }) => messages)).toEqual(wanted);
  }, 20_000);
}

/** Waits until each client has all that was sent to its user, in order; some of it repeated. */
export async function expectAtLeastOnce(
  { sent }: CometTraffic,
  clients: readonly CometClient[],
): Promise<void> {
  const wanted = clients.map(({ user }) => sent.get(user));
  await eventually(() => {
    expect(clients.map(({ data }) => withoutRepeats(data))).toEqual(wanted);
  }, 20_000);
}

/** The texts, of which those with an id that came before are left out. */
export function withoutRepeats(data: readonly CometData[]): unknown[] {
  return [...new Map(data.map(({ id, message }) => [id, message])).values()];
}
