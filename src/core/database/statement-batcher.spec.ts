import { describe, expect, it } from '@jest/globals';
import { DatabaseError } from 'pg';
import { tagDriverError } from './driver-error.js';
import { StatementBatcher, type StatementBatcherOptions } from './statement-batcher.js';

const options: StatementBatcherOptions<string> = {
  maxStatements: 1,
  maxOrders: 100,
  maxWaitMs: 10_000,
};

/** Statements that are under way until they are told to go on. */
class Statements {
  readonly begun: string[][] = [];
  private readonly ends: (() => void)[] = [];

  readonly run = async (orders: readonly string[]): Promise<string[]> => {
    this.begun.push([...orders]);
    await new Promise<void>((resolve) => this.ends.push(resolve));
    if (orders.includes('bad')) throw new Error('bad');
    if (orders.includes('away')) throw tagDriverError(refused());
    return orders.map((order) => `${order} done`);
  };

  /** Lets the oldest statement end, and what follows from that happen. */
  async end(): Promise<void> {
    this.ends.shift()?.();
    await settled();
  }

  async endAll(): Promise<void> {
    while (this.ends.length > 0) await this.end();
  }
}

function refused(): Error {
  return Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Calls for each of the orders; the first goes, the others come while it is under way. */
async function calls(own: Partial<StatementBatcherOptions<string>>, orders: readonly string[]) {
  const statements = new Statements();
  const joined = new StatementBatcher(statements.run, { ...options, ...own });
  const results: Promise<string>[] = [];
  for (const order of orders) {
    const result = joined.submit(order);
    result.catch(() => undefined);
    results.push(result);
    if (results.length === 1) await settled();
  }
  await settled();
  return { statements, results, joined };
}

describe('calls that are joined', () => {
  it('go together in the next statement when they come while one is under way', async () => {
    const { statements, results } = await calls({}, ['a', 'b', 'c', 'd']);
    expect(statements.begun).toEqual([['a']]);
    await statements.end();
    expect(statements.begun).toEqual([['a'], ['b', 'c', 'd']]);
    await statements.endAll();
    expect(await Promise.all(results)).toEqual(['a done', 'b done', 'c done', 'd done']);
  });

  it('are in as many statements at once as are allowed', async () => {
    const { statements } = await calls({ maxStatements: 2 }, ['a', 'b', 'c']);
    expect(statements.begun).toEqual([['a'], ['b', 'c']]);
    await statements.endAll();
  });

  it('are not more in one statement than are allowed, nor heavier together', async () => {
    const many = await calls({ maxOrders: 2 }, ['a', 'b', 'c', 'd']);
    await many.statements.endAll();
    expect(many.statements.begun).toEqual([['a'], ['b', 'c'], ['d']]);
    const weightOf = (order: string) => order.length;
    const heavy = await calls({ maxWeight: 4, weightOf }, ['a', 'bb', 'cc', 'd', 'eeeeee', 'f']);
    await heavy.statements.endAll();
    expect(heavy.statements.begun).toEqual([['a'], ['bb', 'cc'], ['d'], ['eeeeee'], ['f']]);
  });

  it('of one key come one after the other, also beside another statement', async () => {
    const keyOf = (order: string) => order[0]!;
    const own = { keyOf, maxStatements: 2 };
    const { statements, results } = await calls(own, ['a1', 'a2', 'b1', 'b2', 'a3', 'c1']);
    expect(statements.begun).toEqual([['a1'], ['b1', 'c1']]);
    await statements.end();
    expect(statements.begun.slice(2)).toEqual([['a2']]);
    await statements.endAll();
    expect(statements.begun.slice(3).flat().sort()).toEqual(['a3', 'b2']);
    expect(await Promise.all(results)).toHaveLength(6);
  });

  it('do not fail with a neighbour', async () => {
    const { statements, results } = await calls({}, ['a', 'b', 'c', 'bad', 'd']);
    await statements.endAll();
    expect(statements.begun.slice(1)).toEqual([
      ['b', 'c', 'bad', 'd'],
      ['b', 'c'],
      ['bad', 'd'],
      ['bad'],
      ['d'],
    ]);
    const ends = await Promise.allSettled(results);
    expect(ends.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
  });

  it('go again together when another transaction has won', async () => {
    let tries = 0;
    const conflict = Object.assign(new DatabaseError('deadlock', 0, 'error'), { code: '40P01' });
    const joined = new StatementBatcher<string, string>((orders) => {
      if (++tries < 3) throw conflict;
      return Promise.resolve(orders);
    }, options);
    expect(await Promise.all([joined.submit('a'), joined.submit('b')])).toEqual(['a', 'b']);
    expect(tries).toBe(3);
    tries = -10;
    await expect(joined.submit('c')).rejects.toBe(conflict);
    expect(tries).toBe(-7);
  });

  it('fail together when the database is away, and are not tried again', async () => {
    const { statements, results } = await calls({}, ['a', 'b', 'away']);
    await statements.endAll();
    expect(statements.begun).toEqual([['a'], ['b', 'away']]);
    const ends = await Promise.allSettled(results);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('give up behind a statement that hangs, and later ones go on', async () => {
    const { statements, results, joined } = await calls({ maxWaitMs: 20 }, ['a', 'b', 'c']);
    for (const late of results.slice(1)) {
      await expect(late).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    }
    await statements.end();
    expect(await results[0]).toBe('a done');
    const later = joined.submit('d');
    await settled();
    await statements.endAll();
    expect(await later).toBe('d done');
    expect(statements.begun).toEqual([['a'], ['d']]);
  });
});
