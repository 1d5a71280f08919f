import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError } from 'pg';
import { Database, statement, UnitOfWork } from '../../../src/core/database/index.js';
import { type CoreNode, startCoreNode } from '../../support/core-node.js';
import { startDatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const insert = statement('test.insert', 'INSERT INTO thing (id) VALUES ($1)');
const lock = statement('test.lock', 'UPDATE thing SET touched = touched + 1 WHERE id = $1');
const readIds = statement('test.ids', 'SELECT id FROM thing ORDER BY id');
const endMyself = statement('test.end', 'SELECT pg_terminate_backend(pg_backend_pid())');
const countConnections = statement(
  'test.connections',
  `SELECT count(*)::int AS count, (count(*) FILTER (WHERE state LIKE 'idle in%'))::int AS stuck
     FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'`,
);

/** More than there are connections: one that leaks shows. */
const more = 40;

let testDatabase: TestDatabase;
let node: CoreNode;
let database: Database;
let unitOfWork: UnitOfWork;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  node = await startCoreNode(testDatabase.url);
  database = node.get(Database);
  unitOfWork = node.get(UnitOfWork);
  const create = 'CREATE TABLE thing (id int PRIMARY KEY, touched int NOT NULL DEFAULT 0)';
  await database.execute(statement('test.create', create), []);
});
beforeEach(async () => {
  node.lines.splice(0);
  await database.execute(statement('test.clean', 'DELETE FROM thing'), []);
});
afterAll(async () => {
  await node.close();
  await testDatabase.drop();
});

const add = (id: number): Promise<number> => database.execute(insert, [id]);
const touch = (id: number): Promise<number> => database.execute(lock, [id]);

async function ids(): Promise<number[]> {
  return (await database.rows<{ id: number }>(readIds, [])).map(({ id }) => id);
}

describe('a unit of work', () => {
  it('is found by what runs inside it, and seen by nobody else before its commit', async () => {
    const look = unitOfWork.run(async () => {
      await add(1);
      expect(await ids()).toEqual([1]);
      await delay(100);
    });
    await delay(50);
    const outside = await ids();
    await look;
    expect(outside).toEqual([]);
    expect(await ids()).toEqual([1]);
  });

  it('is found through the ORM as well', async () => {
    const failing = unitOfWork.run(async () => {
      await database.orm.query('INSERT INTO thing (id) VALUES (1)');
      expect(await ids()).toEqual([1]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await ids()).toEqual([]);
  });

  it('returns what its work returns', async () => {
    expect(await unitOfWork.run(async () => add(1))).toBe(1);
  });

  it('is rolled back whole when its work throws', async () => {
    const failing = unitOfWork.run(async () => {
      await add(1);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await ids()).toEqual([]);
  });

  it('does not mix with others that run at the same time', async () => {
    const runs = Array.from({ length: more }, (_, id) =>
      unitOfWork.run(async () => {
        await add(id);
        await delay(5);
        if (id % 2 === 1) throw new Error('odd');
      }),
    );
    await Promise.allSettled(runs);
    expect(await ids()).toEqual(Array.from({ length: more / 2 }, (_, index) => index * 2));
  });

  it('says so when a statement failed and its work went on: nothing was committed', async () => {
    await add(1);
    const swallowing = unitOfWork.run(async () => {
      await add(2);
      await add(1).catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow();
    expect(await ids()).toEqual([1]);
  });
});

describe('nesting', () => {
  it('is refused, and leaves the outer one as it is', async () => {
    await unitOfWork.run(async () => {
      await add(1);
      await expect(unitOfWork.run(() => add(2))).rejects.toThrow('already under way');
    });
    expect(await ids()).toEqual([1]);
  });

  it('by join takes part in the outer one', async () => {
    const failing = unitOfWork.run(async () => {
      await unitOfWork.join(() => add(1));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await ids()).toEqual([]);
    await unitOfWork.join(() => add(2));
    expect(await ids()).toEqual([2]);
  });
});

describe('a savepoint', () => {
  it('that fails takes back its part only', async () => {
    await unitOfWork.run(async () => {
      await add(1);
      const part = unitOfWork.savepoint(async () => {
        await add(2);
        await add(1);
      });
      await expect(part).rejects.toMatchObject({ code: '23505' });
      await add(3);
    });
    expect(await ids()).toEqual([1, 3]);
  });

  it('inside another takes back its own part only', async () => {
    await unitOfWork.run(async () => {
      await unitOfWork.savepoint(async () => {
        await add(1);
        const inner = unitOfWork.savepoint(async () => {
          await add(2);
          throw new Error('inner');
        });
        await expect(inner).rejects.toThrow('inner');
        await add(3);
      });
      const part = unitOfWork.savepoint(async () => {
        await unitOfWork.savepoint(() => add(4));
        throw new Error('outer');
      });
      await expect(part).rejects.toThrow('outer');
    });
    expect(await ids()).toEqual([1, 3]);
  });

  it('is refused outside a unit of work', async () => {
    await expect(unitOfWork.savepoint(() => add(1))).rejects.toThrow('no unit of work');
    expect(await ids()).toEqual([]);
  });

  it('that fails forgets its work for after the commit', async () => {
    const done: string[] = [];
    await unitOfWork.run(async () => {
      unitOfWork.afterCommit(() => void done.push('before'));
      const part = unitOfWork.savepoint(async () => {
        unitOfWork.afterCommit(() => void done.push('part'));
        throw new Error('no');
      });
      await expect(part).rejects.toThrow('no');
      unitOfWork.afterCommit(() => void done.push('after'));
    });
    await eventually(() => expect(done).toEqual(['before', 'after']));
  });
});

describe('use after the end', () => {
  it.each(['a commit', 'a roll back'])('by what nobody awaited throws after %s', async (end) => {
    let late: Promise<unknown> | undefined;
    const work = unitOfWork.run(async () => {
      late = (async () => {
        await delay(50);
        await add(1);
      })();
      late.catch(() => undefined);
      if (end === 'a roll back') throw new Error('no');
    });
    await work.catch(() => undefined);
    await expect(late).rejects.toThrow('the unit of work is over');
    expect(await ids()).toEqual([]);
  });

  it.each(['run', 'join'] as const)(
    'of one that was rolled back begins no other by %s',
    async (way) => {
      let late: Promise<unknown> | undefined;
      const given = unitOfWork.run(async () => {
        late = (async () => {
          await delay(50);
          await unitOfWork[way](() => add(1));
        })();
        late.catch(() => undefined);
        throw new Error('no');
      });
      await expect(given).rejects.toThrow('no');
      await expect(late).rejects.toThrow('the unit of work is over');
      expect(await ids()).toEqual([]);
    },
  );

  it('after its commit allows a unit of work of its own', async () => {
    let late: Promise<unknown> | undefined;
    await unitOfWork.run(async () => {
      late = (async () => {
        await delay(20);
        await unitOfWork.run(() => add(1));
      })();
    });
    await late;
    expect(await ids()).toEqual([1]);
  });
});

describe('work for after the commit', () => {
  it('is done after a commit, outside of the unit of work', async () => {
    const seen: number[][] = [];
    await unitOfWork.run(async () => {
      await add(1);
      unitOfWork.afterCommit(async () => {
        await unitOfWork.run(() => add(2));
        seen.push(await ids());
      });
      await delay(30);
      expect(seen).toEqual([]);
    });
    await eventually(() => expect(seen).toEqual([[1, 2]]));
  });

  it('is not done after a roll back', async () => {
    let done = 0;
    const failing = unitOfWork.run(async () => {
      unitOfWork.afterCommit(() => {
        done++;
      });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await delay(30);
    expect(done).toBe(0);
  });

  it('that throws is logged; the commit stands and the rest is done', async () => {
    let done = 0;
    await unitOfWork.run(async () => {
      await add(1);
      unitOfWork.afterCommit(() => {
        throw new Error('after');
      });
      unitOfWork.afterCommit(() => {
        done++;
      });
    });
    await eventually(() => expect(done).toBe(1));
    expect(await ids()).toEqual([1]);
    expect(node.lines).toMatchObject([{ level: 'error', facts: { err: { message: 'after' } } }]);
  });

  it('is refused outside a unit of work', () => {
    expect(() => unitOfWork.afterCommit(() => undefined)).toThrow('no unit of work');
  });
});

describe('a deadlock', () => {
  it('is resolved by running the loser again from its start', async () => {
    await add(1);
    await add(2);
    let runs = 0;
    let afterwards = 0;
    const touchBoth = (first: number, second: number) =>
      unitOfWork.run(async () => {
        runs++;
        unitOfWork.afterCommit(() => {
          afterwards++;
        });
        await touch(first);
        await delay(100);
        await touch(second);
      });
    await Promise.all([touchBoth(1, 2), touchBoth(2, 1)]);
    expect(runs).toBeGreaterThanOrEqual(3);
    await eventually(() => expect(afterwards).toBe(2));
    const touched = await database.rows(statement('test.touched', 'SELECT touched FROM thing'), []);
    expect(touched).toEqual([{ touched: 2 }, { touched: 2 }]);
  });

  it('again and again is an error in the end', async () => {
    let runs = 0;
    const failing = unitOfWork.run(async () => {
      runs++;
      throw Object.assign(new DatabaseError('deadlock detected', 0, 'error'), { code: '40P01' });
    });
    await expect(failing).rejects.toThrow('deadlock');
    expect(runs).toBe(4);
  });
});

describe('the connection', () => {
  async function expectFreeAgain(): Promise<void> {
    await eventually(async () => {
      const row = await database.row<{ count: number; stuck: number }>(countConnections, []);
      expect(row!.stuck).toBe(0);
      // 16 of the pool, one of the bus.
      expect(row!.count).toBeLessThanOrEqual(17);
    });
    // As many at once as there are connections: a leaked one would be missing.
    const runs = Array.from({ length: 16 }, () => unitOfWork.run(() => delay(30)));
    await Promise.all(runs);
  }

  it('is given back after work that throws', async () => {
    for (let round = 0; round < more; round++) {
      await expect(unitOfWork.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
    await expectFreeAgain();
  });

  it('is given up when it is lost in the middle, and another one serves the next', async () => {
    for (let round = 0; round < more; round++) {
      const losing = unitOfWork.run(async () => {
        await add(1000 + round);
        await database.execute(endMyself, []);
      });
      await expect(losing).rejects.toThrow();
    }
    expect(await ids()).toEqual([]);
    await expectFreeAgain();
  });

  it('is given up when it is lost while the work is busy elsewhere', async () => {
    const backend = statement('test.backend', 'SELECT pg_backend_pid() AS pid');
    const end = statement('test.endOther', 'SELECT pg_terminate_backend($1)');
    for (let round = 0; round < more / 4; round++) {
      let pid: number | undefined;
      const losing = unitOfWork.run(async () => {
        await add(1000 + round);
        pid = (await database.row<{ pid: number }>(backend, []))!.pid;
        await delay(100);
        await add(2000 + round);
      });
      losing.catch(() => undefined);
      await eventually(() => expect(pid).toBeDefined());
      await database.execute(end, [pid]);
      await expect(losing).rejects.toThrow();
    }
    expect(await ids()).toEqual([]);
    await expectFreeAgain();
  });

  it('is given up when it is lost before the commit: who waits for it hears so', async () => {
    const backend = statement('test.backend', 'SELECT pg_backend_pid() AS pid');
    const end = statement('test.endOther', 'SELECT pg_terminate_backend($1)');
    let pid: number | undefined;
    const losing = unitOfWork.run(async () => {
      await add(1);
      pid = (await database.row<{ pid: number }>(backend, []))!.pid;
      await delay(150);
    });
    losing.catch(() => undefined);
    await eventually(() => expect(pid).toBeDefined());
    await database.execute(end, [pid]);
    await expect(losing).rejects.toThrow();
    expect(await ids()).toEqual([]);
    await expectFreeAgain();
  });

  it('is given up when its rollback is not answered: the next statement is committed by itself', async () => {
    const proxy = await startDatabaseProxy(testDatabase.url);
    const behind = await startCoreNode(proxy.url, { nodeId: 'behind' });
    const addBehind = (id: number) => behind.get(Database).execute(insert, [id]);
    const hanging = behind.get(UnitOfWork).run(async () => {
      await addBehind(1);
      proxy.hang();
      void addBehind(2).catch(() => undefined);
      throw new Error('no');
    });
    try {
      await expect(hanging).rejects.toThrow('no');
      proxy.recover();
      await addBehind(3);
      expect(await ids()).toEqual([3]);
    } finally {
      await behind.close();
      await proxy.close();
    }
  });
});
