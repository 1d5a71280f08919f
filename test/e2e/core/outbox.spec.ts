import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Database, statement, UnitOfWork } from '../../../src/core/database/index.js';
import { Metrics } from '../../../src/core/observability/index.js';
import {
  type EffectHandler,
  type NewEffect,
  Outbox,
  PermanentFailure,
} from '../../../src/core/outbox/index.js';
import { OutboxRepository } from '../../../src/core/outbox/outbox.repository.js';
import { type CoreNode, startCoreNode } from '../../support/core-node.js';
import { databaseRows } from '../../support/database-rows.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { eventually } from '../../support/eventually.js';
import { Sweeper } from '../../../src/core/scheduling/index.js';

/** The rows of outbox_effect, as a test wants to see them. */
const readRows = statement(
  'test.effects',
  `SELECT kind, key, state, attempts, last_error, payload, taken_by FROM outbox_effect ORDER BY id`,
);

let database: TestDatabase;
const nodes: CoreNode[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
  await databaseRows({ databaseUrl: database.url }, 'DELETE FROM outbox_effect');
});
afterAll(async () => {
  for (const node of nodes.splice(0)) await node.close();
  await database.drop();
});

type Handlers = Readonly<Record<string, EffectHandler>>;

async function start(handlers: Handlers = {}, nodeId = 'one'): Promise<CoreNode> {
  const node = await startCoreNode(database.url, { nodeId }, (starting) => {
    const outbox = starting.get(Outbox);
    for (const [kind, handler] of Object.entries(handlers)) outbox.registerHandler(kind, handler);
  });
  nodes.push(node);
  return node;
}

function add(node: CoreNode, ...effects: NewEffect[]): Promise<boolean[]> {
  return node.get(UnitOfWork).run(async () => {
    const added: boolean[] = [];
    for (const effect of effects) added.push(await node.get(Outbox).add(effect));
    return added;
  });
}

async function rowsOf(node: CoreNode): Promise<any[]> {
  return node.get(Database).rows(readRows, []);
}

/** Adds many at once, as a publication to many subscribers does. */
async function addMany(node: CoreNode, kind: string, count: number, lane = ''): Promise<void> {
  const insert = statement(
    'test.addMany',
    `INSERT INTO outbox_effect (kind, key, lane, payload, due_at)
     SELECT $1, $3 || '-' || n, $3, to_jsonb(n), now() FROM generate_series(1, $2::int) AS n`,
  );
  await node.get(Database).execute(insert, [kind, count, lane]);
  await add(node, { kind: 'nobody', key: `bell ${String(Math.random())}` });
}

describe('adding', () => {
  it('is refused outside a unit of work', async () => {
    const node = await start();
    await expect(node.get(Outbox).add({ kind: 'a', key: '1' })).rejects.toThrow('unit of work');
    expect(await rowsOf(node)).toEqual([]);
  });

  it('brings the effect about after the commit, with its payload', async () => {
    const seen: unknown[] = [];
    const node = await start({ a: { run: async (effect) => void seen.push(effect) } });
    await node.get(UnitOfWork).run(async () => {
      await node.get(Outbox).add({ kind: 'a', key: '1', payload: { to: 'x' } });
      await delay(100);
      expect(seen).toEqual([]);
    });
    await eventually(() => expect(seen).toHaveLength(1));
    expect(seen[0]).toMatchObject({ kind: 'a', key: '1', payload: { to: 'x' }, attempt: 1 });
  });

  it('does nothing when the unit of work is rolled back', async () => {
    let runs = 0;
    const node = await start({
      a: {
        run: async () => {
          runs++;
        },
      },
    });
    const failing = node.get(UnitOfWork).run(async () => {
      await node.get(Outbox).add({ kind: 'a', key: '1' });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await delay(100);
    expect(runs).toBe(0);
    expect(await rowsOf(node)).toEqual([]);
  });

  it('twice under the same kind and key is adding once, also after it came about', async () => {
    let runs = 0;
    const node = await start({
      a: {
        run: async () => {
          runs++;
        },
      },
    });
    expect(await add(node, { kind: 'a', key: '1' }, { kind: 'a', key: '1' })).toEqual([
      true,
      false,
    ]);
    await eventually(async () => expect(await rowsOf(node)).toMatchObject([{ state: 'done' }]));
    expect(await add(node, { kind: 'a', key: '1' })).toEqual([false]);
    await delay(100);
    expect(runs).toBe(1);
  });

  it('at once by many under the same key brings it about once', async () => {
    let runs = 0;
    const node = await start({
      a: {
        run: async () => {
          runs++;
        },
      },
    });
    const adding = Array.from({ length: 20 }, () => add(node, { kind: 'a', key: 'same' }));
    const results = (await Promise.all(adding)).flat();
    expect(results.filter(Boolean)).toHaveLength(1);
    await eventually(async () => expect(await rowsOf(node)).toMatchObject([{ state: 'done' }]));
    expect(runs).toBe(1);
  });

  it('forgets the payload of what is done', async () => {
    const node = await start({ a: { run: async () => undefined } });
    await add(node, { kind: 'a', key: '1', payload: 'long' });
    await eventually(async () =>
      expect(await rowsOf(node)).toMatchObject([{ state: 'done', payload: null }]),
    );
  });

  it('brings a delayed effect about in its time', async () => {
    const ran: number[] = [];
    const node = await start({ a: { run: async () => void ran.push(performance.now()) } });
    const added = performance.now();
    await add(node, { kind: 'a', key: '1', when: { inMs: 400 } });
    await eventually(() => expect(ran).toHaveLength(1));
    expect(ran[0]! - added).toBeGreaterThanOrEqual(399);
    expect(ran[0]! - added).toBeLessThan(1900);
  });
});

describe('failing', () => {
  const quick = { initialMs: 20, factor: 1.5, jitter: 0.2, capMs: 50 };

  it('is followed by further tries until one succeeds', async () => {
    const attempts: number[] = [];
    const run = async ({ attempt }: { attempt: number }) => {
      attempts.push(attempt);
      if (attempt < 4) throw new Error('not yet');
    };
    const node = await start({ a: { run, retry: quick } });
    await add(node, { kind: 'a', key: '1' });
    await eventually(async () => expect(await rowsOf(node)).toMatchObject([{ state: 'done' }]));
    expect(attempts).toEqual([1, 2, 3, 4]);
    const metrics = await node.get(Metrics).text();
    expect(metrics).toContain('gms_outbox_tries_total{kind="a",end="retried"} 3');
    expect(metrics).toContain('gms_outbox_tries_total{kind="a",end="completed"} 1');
  });

  it('too often ends in death, with the reason kept', async () => {
    let runs = 0;
    const run = async () => {
      runs++;
      throw new Error('the peer is gone');
    };
    const node = await start({ a: { run, retry: { ...quick, maxAttempts: 3 } } });
    await add(node, { kind: 'a', key: '1', payload: 'kept' });
    await eventually(async () => {
      expect(await rowsOf(node)).toMatchObject([
        { state: 'dead', attempts: 3, last_error: 'Error: the peer is gone', payload: 'kept' },
      ]);
    });
    await delay(150);
    expect(runs).toBe(3);
    expect(await node.get(Metrics).text()).toContain('gms_outbox_effects{kind="a",state="dead"} 1');
    expect(node.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('permanently ends in death at once', async () => {
    const run = () => Promise.reject(new PermanentFailure('no such device'));
    const node = await start({ a: { run, retry: quick } });
    await add(node, { kind: 'a', key: '1' });
    await eventually(async () => {
      expect(await rowsOf(node)).toMatchObject([{ state: 'dead', attempts: 1 }]);
    });
  });

  it('by taking too long frees the lane, tells the handler, and is tried again', async () => {
    let aborted = false;
    let runs = 0;
    const run: EffectHandler['run'] = ({ attempt, signal }) => {
      runs++;
      if (attempt > 1) return Promise.resolve();
      signal.addEventListener('abort', () => (aborted = true));
      return new Promise(() => undefined);
    };
    const node = await start({ a: { run, timeoutMs: 100, concurrency: 1, retry: quick } });
    await add(node, { kind: 'a', key: '1' });
    await eventually(async () => expect(await rowsOf(node)).toMatchObject([{ state: 'done' }]));
    expect([aborted, runs]).toEqual([true, 2]);
  });
});

describe('several nodes', () => {
  it('bring thousands of effects about, each once', async () => {
    const runs = new Map<string, number>();
    const by = new Map<string, number>();
    const handlerOf = (node: string): Handlers => ({
      a: {
        concurrency: 16,
        run: async ({ key }) => {
          runs.set(key, (runs.get(key) ?? 0) + 1);
          by.set(node, (by.get(node) ?? 0) + 1);
        },
      },
    });
    const [one] = [await start(handlerOf('one'), 'one'), await start(handlerOf('two'), 'two')];
    await start(handlerOf('three'), 'three');
    await addMany(one, 'a', 2000);
    await eventually(() => expect(runs.size).toBe(2000), 20_000);
    await eventually(async () => {
      const rows = await rowsOf(one);
      expect(rows.filter(({ state }) => state === 'done').length).toBe(2000);
    });
    expect([...runs.values()].every((count) => count === 1)).toBe(true);
    expect(by.size).toBe(3);
  });

  it('leave effects alone of which they know no handler', async () => {
    const node = await start({ a: { run: async () => undefined } });
    await add(node, { kind: 'b', key: '1' });
    await delay(100);
    expect(await rowsOf(node)).toMatchObject([{ state: 'pending', attempts: 0 }]);
    const seen: string[] = [];
    await start({ b: { run: async ({ key }) => void seen.push(key) } }, 'two');
    await eventually(() => expect(seen).toEqual(['1']));
  });
});

describe('lanes', () => {
  it('that are slow hold up no other, of the same kind or not', async () => {
    const done: string[] = [];
    let most = 0;
    let running = 0;
    const stuck: (() => void)[] = [];
    const run: EffectHandler['run'] = async ({ lane, key }) => {
      if (lane === 'slow') {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => stuck.push(resolve));
        running--;
      }
      done.push(key);
    };
    const node = await start({ a: { run, concurrency: 4 }, b: { run, concurrency: 4 } });
    await addMany(node, 'a', 300, 'slow');
    await eventually(() => expect(running).toBe(4));
    await addMany(node, 'a', 200, 'quick');
    await addMany(node, 'b', 200, 'other');
    await eventually(() => expect(done.length).toBe(400), 20_000);
    expect([running, most]).toEqual([4, 4]);
    const freeing = setInterval(() => stuck.splice(0).forEach((free) => free()), 1);
    await eventually(() => expect(done.length).toBe(700), 10_000);
    clearInterval(freeing);
    expect(most).toBe(4);
  });
});

describe('leases', () => {
  it('are renewed while a handler works', async () => {
    let runs = 0;
    const handler = {
      leaseMs: 300,
      run: async () => {
        runs++;
        await delay(1500);
      },
    };
    const node = await start({ a: handler });
    await start({ a: handler }, 'two');
    await add(node, { kind: 'a', key: '1' });
    await eventually(async () => expect(await rowsOf(node)).toMatchObject([{ state: 'done' }]));
    expect(runs).toBe(1);
  });

  it('that ended are taken over, and the late worker cannot end the effect', async () => {
    const node = await start();
    await add(node, { kind: 'a', key: '1' });
    const repository = node.get(OutboxRepository);
    const capacity = [{ kind: 'a', concurrency: 4, leaseMs: 50 }];
    const [late] = await repository.claim('late', capacity, []);
    await delay(80);
    const [current] = await repository.claim('current', [{ ...capacity[0]!, leaseMs: 5000 }], []);
    expect(current).toMatchObject({ id: late!.id, attempts: 2, claims: 2 });
    const done = { state: 'done', pauseMs: 0, error: null } as const;
    expect(await repository.writeResults([{ effect: late!, ...done }])).toEqual(new Set());
    expect(await repository.renew([{ effect: late!, leaseMs: 5000 }])).toEqual(new Set());
    await repository.release([late!]);
    expect(await rowsOf(node)).toMatchObject([{ state: 'pending', taken_by: 'current' }]);
    expect(await repository.writeResults([{ effect: current!, ...done }])).toEqual(
      new Set([late!.id]),
    );
    expect(await rowsOf(node)).toMatchObject([{ state: 'done' }]);
  });

  it('that ended with nobody else there still let the worker end the effect', async () => {
    const node = await start();
    await add(node, { kind: 'a', key: '1' });
    const repository = node.get(OutboxRepository);
    const [slow] = await repository.claim('slow', [{ kind: 'a', concurrency: 1, leaseMs: 20 }], []);
    await delay(40);
    const settlement = { effect: slow!, state: 'done', pauseMs: 0, error: null } as const;
    expect(await repository.writeResults([settlement])).toEqual(new Set([slow!.id]));
  });

  it('end in death when each node that took the effect died', async () => {
    const handler = { run: async () => undefined, leaseMs: 50, retry: { maxAttempts: 2 } };
    const node = await start();
    await add(node, { kind: 'a', key: '1' });
    const repository = node.get(OutboxRepository);
    for (let deaths = 0; deaths < 2; deaths++) {
      await repository.claim('doomed', [{ kind: 'a', concurrency: 1, leaseMs: 20 }], []);
      await delay(40);
    }
    await start({ a: handler }, 'two');
    await eventually(async () => expect(await rowsOf(node)).toMatchObject([{ state: 'dead' }]));
  });
});

describe('stopping', () => {
  it('waits for what is under way and takes nothing more', async () => {
    const done: string[] = [];
    const node = await start({
      a: {
        concurrency: 2,
        run: async ({ key }) => {
          await delay(300);
          done.push(key);
        },
      },
    });
    await addMany(node, 'a', 10);
    await delay(100);
    await node.close();
    expect(done).toHaveLength(2);
    const other = await start({}, 'two');
    const rows = await rowsOf(other);
    expect(rows.filter(({ state }) => state === 'done')).toHaveLength(2);
    expect(rows.filter(({ attempts }) => attempts === 0)).toHaveLength(9);
  });

  it('gives back what does not end in time, which does not count as a try', async () => {
    const run: EffectHandler['run'] = () => new Promise(() => undefined);
    const node = await start({ a: { run } });
    await add(node, { kind: 'a', key: '1' });
    await eventually(async () => expect(await rowsOf(node)).toMatchObject([{ taken_by: 'one' }]));
    const started = performance.now();
    await node.close();
    expect(performance.now() - started).toBeLessThan(4000);
    const seen: number[] = [];
    await start({ a: { run: async ({ attempt }) => void seen.push(attempt) } }, 'two');
    await eventually(() => expect(seen).toEqual([1]));
  });
});

describe('taking', () => {
  it('from a table that was empty when the plans were made does not read it through', async () => {
    const node = await start({ a: { run: async () => undefined, concurrency: 16 } });
    const db = node.get(Database);
    await db.execute(statement('test.vacuum', 'VACUUM ANALYZE outbox_effect'), []);
    // A statement's plan is kept from its sixth run on.
    for (let round = 0; round < 10; round++) await add(node, { kind: 'b', key: String(round) });
    const clean = 'DELETE FROM outbox_effect WHERE id > 0';
    await db.execute(statement('test.empty', clean), []);
    await db.execute(statement('test.vacuum', 'VACUUM ANALYZE outbox_effect'), []);
    const readThrough = statement(
      'test.readThrough',
      `SELECT seq_tup_read::int AS rows FROM pg_stat_user_tables WHERE relname = 'outbox_effect'`,
    );
    const before = await db.row<{ rows: number }>(readThrough, []);
    await addMany(node, 'a', 2000);
    const countDone = statement(
      'test.countDone',
      `SELECT count(*)::int AS done FROM outbox_effect WHERE kind = 'a' AND state = 'done'`,
    );
    await eventually(
      async () => expect(await db.row(countDone, [])).toEqual({ done: 2000 }),
      20_000,
    );
    // The server gathers its counts a second late.
    await delay(1500);
    expect(await db.row(readThrough, [])).toEqual(before);
  });
});

describe('sweeping', () => {
  it('forgets what came about a day ago, and dead effects after thirty days', async () => {
    const node = await start();
    await add(node, ...['new', 'done', 'dead', 'older'].map((key) => ({ kind: 'a', key })));
    const age = statement(
      'test.age',
      `UPDATE outbox_effect SET state = $2, finished_at = now() - $3 * interval '1 hour'
        WHERE key = $1`,
    );
    await node.get(Database).execute(age, ['new', 'done', 23.9]);
    await node.get(Database).execute(age, ['done', 'done', 24.1]);
    await node.get(Database).execute(age, ['dead', 'dead', 24.1]);
    await node.get(Database).execute(age, ['older', 'dead', 30 * 24 + 1]);
    const swept = await node.get(Sweeper).sweepNow();
    expect(swept).toEqual([{ task: 'outbox', removed: 1, lagMs: expect.any(Number) }]);
    expect(swept[0]!.lagMs / 3_600_000).toBeCloseTo(1, 1);
    expect((await rowsOf(node)).map(({ key }) => key)).toEqual(['new', 'dead']);
  });
});
