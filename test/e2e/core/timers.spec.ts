import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Database, statement, UnitOfWork } from '../../../src/core/database/index.js';
import { Metrics } from '../../../src/core/observability/index.js';
import { type DueTimer, type TimerHandler, Timers } from '../../../src/core/timers/index.js';
import { type CoreNode, startCoreNode } from '../../support/core-node.js';
import { eventually } from '../../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const note = statement('test.note', 'INSERT INTO noted (key) VALUES ($1)');
const readNoted = statement('test.noted', 'SELECT key, count(*)::int FROM noted GROUP BY key');
const readTimers = statement('test.timers', 'SELECT key, attempts, last_error FROM timer');

let database: TestDatabase;
const nodes: CoreNode[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const node = await startCoreNode(database.url);
  await node.get(Database).execute(statement('test.table', 'CREATE TABLE noted (key text)'), []);
  await node.close();
});
afterEach(async () => {
  const [node] = nodes;
  if (node === undefined) return;
  const clean = statement('test.clean', 'WITH gone AS (DELETE FROM timer) DELETE FROM noted');
  await node.get(Database).execute(clean, []);
  for (const open of nodes.splice(0)) await open.close();
});
afterAll(async () => {
  await database.drop();
});

async function start(
  handlers: Readonly<Record<string, TimerHandler>> = {},
  nodeId = 'one',
): Promise<CoreNode> {
  const node = await startCoreNode(database.url, { nodeId }, (starting) => {
    for (const [kind, handler] of Object.entries(handlers)) {
      starting.get(Timers).registerHandler(kind, handler);
    }
  });
  nodes.push(node);
  return node;
}

const timersLeft = (node: CoreNode): Promise<any[]> => node.get(Database).rows(readTimers, []);
const noted = (node: CoreNode): Promise<any[]> => node.get(Database).rows(readNoted, []);

describe('setting', () => {
  it('has the handler run in its time, not before, with its payload', async () => {
    const seen: (DueTimer & { at: number })[] = [];
    const node = await start({
      a: async (timer) => void seen.push({ ...timer, at: performance.now() }),
    });
    const set = performance.now();
    await node.get(Timers).set({ kind: 'a', key: '1', when: { inMs: 250 }, payload: { x: [1] } });
    await eventually(() => expect(seen).toHaveLength(1));
    expect(seen[0]).toMatchObject({ kind: 'a', key: '1', payload: { x: [1] }, attempt: 1 });
    expect(seen[0]!.at - set).toBeGreaterThanOrEqual(249);
    expect(seen[0]!.lateMs).toBeLessThan(900);
    await eventually(async () => expect(await timersLeft(node)).toEqual([]));
  });

  it('at an instant counts by the clock of the database', async () => {
    const seen: DueTimer[] = [];
    const node = await start({ a: async (timer) => void seen.push(timer) });
    const readClock = statement('test.clock', `SELECT now() + interval '200 ms' AS at`);
    const clock = await node.get(Database).row<{ at: Date }>(readClock, []);
    await node.get(Timers).set({ kind: 'a', key: '1', when: clock! });
    await eventually(() => expect(seen).toHaveLength(1));
    expect(seen[0]!.lateMs).toBeLessThan(900);
  });

  it('of the same kind and key again replaces the timer', async () => {
    const seen: unknown[] = [];
    const node = await start({ a: async ({ payload }) => void seen.push(payload) });
    const timers = node.get(Timers);
    await timers.set({ kind: 'a', key: '1', when: { inMs: 100 }, payload: 'first' });
    await timers.set({ kind: 'a', key: '1', when: { inMs: 300 }, payload: 'second' });
    await timers.set({ kind: 'b', key: '1', when: { inMs: 100 } });
    await eventually(() => expect(seen).toEqual(['second']));
    await delay(300);
    expect(seen).toEqual(['second']);
    expect(await timersLeft(node)).toMatchObject([{ key: '1' }]);
  });

  it('counts from the commit of its unit of work, and not at all when that is rolled back', async () => {
    const seen: string[] = [];
    const node = await start({ a: async ({ key }) => void seen.push(key) });
    const set = (key: string) => node.get(Timers).set({ kind: 'a', key, when: { inMs: 0 } });
    await node.get(UnitOfWork).run(async () => {
      await set('committed');
      await delay(100);
      expect(seen).toEqual([]);
    });
    const failing = node.get(UnitOfWork).run(async () => {
      await set('rolled back');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await eventually(() => expect(seen).toEqual(['committed']));
    await delay(100);
    expect(seen).toEqual(['committed']);
  });

  it('on one node is heard of on another within a second when the first is gone', async () => {
    const seen: DueTimer[] = [];
    await start({ a: async (timer) => void seen.push(timer) }, 'other');
    const node = await start({}, 'setter');
    await node.get(Timers).set({ kind: 'a', key: '1', when: { inMs: 100 } });
    await eventually(() => expect(seen).toHaveLength(1));
    expect(seen[0]!.lateMs).toBeLessThan(1900);
  });
});

describe('cancelling', () => {
  it('keeps the handler from running', async () => {
    const seen: string[] = [];
    const node = await start({ a: async ({ key }) => void seen.push(key) });
    await node.get(Timers).set({ kind: 'a', key: '1', when: { inMs: 100 } });
    expect(await node.get(Timers).cancel('a', '1')).toBe(true);
    expect(await node.get(Timers).cancel('a', '1')).toBe(false);
    await delay(250);
    expect(seen).toEqual([]);
  });

  it('is undone with its unit of work', async () => {
    const seen: string[] = [];
    const node = await start({ a: async ({ key }) => void seen.push(key) });
    await node.get(Timers).set({ kind: 'a', key: '1', when: { inMs: 200 } });
    const failing = node.get(UnitOfWork).run(async () => {
      await node.get(Timers).cancel('a', '1');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await eventually(() => expect(seen).toEqual(['1']));
  });

  it('against the running handler: either it ran or it was cancelled', async () => {
    let ran = 0;
    const node = await start({
      a: async () => {
        ran++;
      },
    });
    let cancelled = 0;
    for (let round = 0; round < 30; round++) {
      await node.get(Timers).set({ kind: 'a', key: String(round), when: { inMs: 10 } });
      await delay(8 + (round % 5));
      if (await node.get(Timers).cancel('a', String(round))) cancelled++;
    }
    await eventually(() => expect(ran + cancelled).toBe(30));
    await delay(50);
    expect(ran + cancelled).toBe(30);
  });
});

describe('a handler', () => {
  it('runs in the unit of work that removes the timer', async () => {
    const node = await start({
      a: async ({ key }) => {
        await nodes[0]!.get(Database).execute(note, [key]);
        expect(await timersLeft(nodes[0]!)).toEqual([]);
      },
    });
    await node.get(Timers).set({ kind: 'a', key: '1', when: { inMs: 0 } });
    await eventually(async () => expect(await noted(node)).toEqual([{ key: '1', count: 1 }]));
  });

  it('may set its own timer anew', async () => {
    let ran = 0;
    const node = await start({
      a: async ({ key }) => {
        if (++ran < 5) await node.get(Timers).set({ kind: 'a', key, when: { inMs: 20 } });
      },
    });
    await node.get(Timers).set({ kind: 'a', key: '1', when: { inMs: 0 } });
    await eventually(() => expect(ran).toBe(5));
    await eventually(async () => expect(await timersLeft(node)).toEqual([]));
  });

  it('that fails leaves nothing behind, is seen, and runs again', async () => {
    const attempts: number[] = [];
    const node = await start({
      a: async ({ key, attempt }) => {
        await nodes[0]!.get(Database).execute(note, [key]);
        attempts.push(attempt);
        if (attempt === 1) throw new Error('not yet');
      },
    });
    await node.get(Timers).set({ kind: 'a', key: '1', when: { inMs: 0 } });
    await eventually(async () => {
      expect(await timersLeft(node)).toEqual([
        { key: '1', attempts: 1, last_error: 'Error: not yet' },
      ]);
    });
    expect(await noted(node)).toEqual([]);
    expect(await node.get(Metrics).text()).toContain('gms_timers{kind="a",state="failing"} 1');
    expect(node.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { facts: { kind: 'a', timer: '1', attempt: 1 } },
    ]);
    await eventually(async () => expect(await noted(node)).toEqual([{ key: '1', count: 1 }]));
    expect(attempts).toEqual([1, 2]);
  });

  it('that fails again and again does not hold up the others', async () => {
    const seen: string[] = [];
    const node = await start({
      a: async ({ key }) => {
        if (key.startsWith('bad')) throw new Error('always');
        seen.push(key);
      },
    });
    for (let index = 0; index < 10; index++) {
      await node.get(Timers).set({ kind: 'a', key: `bad ${index}`, when: { inMs: 0 } });
      await node.get(Timers).set({ kind: 'a', key: `good ${index}`, when: { inMs: 50 } });
    }
    await eventually(() => expect(seen).toHaveLength(10), 2000);
  });

  it('that is slow holds up no timer of another kind', async () => {
    const seen: DueTimer[] = [];
    const slow = () => delay(1500);
    const node = await start({ slow, quick: async (timer) => void seen.push(timer) });
    for (let index = 0; index < 6; index++) {
      await node.get(Timers).set({ kind: 'slow', key: String(index), when: { inMs: 0 } });
    }
    await delay(50);
    await node.get(Timers).set({ kind: 'quick', key: '1', when: { inMs: 100 } });
    await eventually(() => expect(seen).toHaveLength(1));
    expect(seen[0]!.lateMs).toBeLessThan(900);
    const clean = statement('test.cleanSlow', `DELETE FROM timer WHERE kind = 'slow'`);
    await node.get(Database).execute(clean, []);
  });
});

describe('several nodes', () => {
  it('run hundreds of timers, each once, and share them', async () => {
    const by = new Map<string, number>();
    for (const name of ['one', 'two', 'three']) {
      const node: CoreNode = await start(
        {
          a: async ({ key }) => {
            await node.get(Database).execute(note, [key]);
            by.set(name, (by.get(name) ?? 0) + 1);
            // So that no node is done with all of them before the others have looked.
            await delay(10);
          },
        },
        name,
      );
    }
    const setMany = statement(
      'test.setMany',
      `INSERT INTO timer (kind, key, due_at, try_at)
       SELECT 'a', n::text, at, at
         FROM (SELECT n, now() + (n % 500) * interval '1 ms' AS at
                 FROM generate_series(1, 600) AS n) AS due`,
    );
    const node = nodes[0]!;
    await node.get(Database).execute(setMany, []);
    await eventually(async () => expect(await timersLeft(node)).toHaveLength(0), 40_000);
    const rows = await noted(node);
    expect(rows.length).toBe(600);
    expect(rows.every(({ count }) => count === 1)).toBe(true);
    expect(by.size).toBe(3);
    expect(await node.get(Metrics).text()).toMatch(
      /gms_timer_lateness_seconds_count\{kind="a"\} \d+/,
    );
  });
});

describe('stopping', () => {
  it('lets the handler that runs come to its end and starts no other', async () => {
    let ended = 0;
    const node = await start({
      a: async () => {
        await delay(300);
        ended++;
      },
    });
    await node.get(UnitOfWork).run(async () => {
      for (let index = 0; index < 6; index++) {
        await node.get(Timers).set({ kind: 'a', key: String(index), when: { inMs: 0 } });
      }
    });
    await delay(150);
    await node.close();
    expect(ended).toBe(2);
    nodes.splice(0);
    const other = await start({}, 'two');
    expect(await timersLeft(other)).toHaveLength(4);
  });
});

describe('a handler', () => {
  it('that is not done in time has failed, and nothing that it does later counts', async () => {
    let tries = 0;
    let goOn: () => void = () => undefined;
    const node = await startCoreNode(database.url, {}, (starting) => {
      const handler: TimerHandler = async ({ key }) => {
        if (++tries > 1) return;
        await new Promise<void>((resolve) => (goOn = resolve));
        await starting.get(Database).execute(note, [key]);
      };
      starting.get(Timers).registerHandler('slow', handler, 1, 100);
    });
    nodes.push(node);
    await node.get(Timers).set({ kind: 'slow', key: '1', when: { inMs: 0 } });
    await eventually(async () => {
      expect(await timersLeft(node)).toEqual([
        { key: '1', attempts: 1, last_error: expect.stringContaining('not done after 100 ms') },
      ]);
    });
    goOn();
    await eventually(async () => expect(await timersLeft(node)).toEqual([]));
    expect([tries, await noted(node)]).toEqual([2, []]);
  });

  it.each(['set', 'cancel'] as const)(
    'that is let go after its time-out can no longer %s a timer',
    async (way) => {
      let goOn: () => void = () => undefined;
      let held: Promise<unknown> | undefined;
      const node = await startCoreNode(database.url, {}, (starting) => {
        const timers = starting.get(Timers);
        const handler: TimerHandler = async ({ attempt }) => {
          if (attempt > 1) return;
          const later = new Promise<void>((resolve) => (goOn = resolve));
          held = later.then(async () => {
            if (way === 'cancel') await timers.cancel('later', '1');
            else await timers.set({ kind: 'later', key: '2', when: { inMs: 3_600_000 } });
          });
          await held;
        };
        timers.registerHandler('slow', handler, 1, 100);
      });
      nodes.push(node);
      await node.get(Timers).set({ kind: 'later', key: '1', when: { inMs: 3_600_000 } });
      await node.get(Timers).set({ kind: 'slow', key: 'slow', when: { inMs: 0 } });
      await eventually(async () => expect(await timersLeft(node)).toMatchObject([{ key: '1' }]));
      goOn();
      await expect(held).rejects.toThrow('the unit of work is over');
      expect(await timersLeft(node)).toMatchObject([{ key: '1' }]);
    },
  );

  it.each(['run', 'join'] as const)(
    'that is let go after its time-out adds nothing by %s to what its repeat on another node did',
    async (way) => {
      let goOn: () => void = () => undefined;
      let held: Promise<void> | undefined;
      const work = async (node: CoreNode) => {
        await new Promise<void>((resolve) => (goOn = resolve));
        await node.get(UnitOfWork)[way](() => node.get(Database).execute(note, ['first']));
      };
      const first = await startCoreNode(database.url, { nodeId: 'first' }, (starting) => {
        const handler: TimerHandler = async ({ attempt }) => {
          if (attempt > 1) throw new Error('the repeat is for the other node');
          await (held = work(starting));
        };
        starting.get(Timers).registerHandler('slow', handler, 1, 100);
      });
      nodes.push(first);
      await first.get(Timers).set({ kind: 'slow', key: '1', when: { inMs: 0 } });
      await eventually(async () =>
        expect(await timersLeft(first)).toMatchObject([{ attempts: 1 }]),
      );
      const effect = [{ key: 'second', count: 1 }];
      const second: CoreNode = await start(
        {
          slow: () =>
            second
              .get(Database)
              .execute(note, ['second'])
              .then(() => undefined),
        },
        'second',
      );
      // The first node has failed meanwhile, and each failure doubles the pause.
      await eventually(async () => expect(await noted(second)).toEqual(effect), 30_000);
      goOn();
      await expect(held).rejects.toThrow('the unit of work is over');
      expect(await noted(second)).toEqual(effect);
    },
  );

  it('that fails with endless or unstorable words has a bounded error kept', async () => {
    const node = await start({
      loud: () => Promise.reject(new Error(`\0\ud800${'x'.repeat(1_000_000)}`)),
    });
    await node.get(Timers).set({ kind: 'loud', key: '1', when: { inMs: 0 } });
    await eventually(async () => {
      const [timer] = await timersLeft(node);
      expect(timer.attempts).toBeGreaterThan(0);
      expect(timer.last_error.length).toBeLessThanOrEqual(1000);
    });
  });
});
