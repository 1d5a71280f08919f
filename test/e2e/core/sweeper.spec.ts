import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Metrics } from '../../../src/core/observability/index.js';
import { type CoreNode, startCoreNode } from '../../support/core-node.js';
import { eventually } from '../../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { Sweeper, type SweepTask } from '../../../src/core/scheduling/index.js';

let database: TestDatabase;
const nodes: CoreNode[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});
afterAll(() => database.drop());

async function start(tasks: SweepTask[], sweepIntervalMs = 3_600_000): Promise<CoreNode> {
  const node = await startCoreNode(database.url, { sweepIntervalMs }, (starting) => {
    for (const task of tasks) starting.get(Sweeper).register(task);
  });
  nodes.push(node);
  return node;
}

/** A task with so many things to remove. */
function task(
  name: string,
  order: number,
  things: number,
  beforeBatch: () => void | Promise<void> = () => undefined,
): SweepTask & { batches: number[] } {
  let left = things;
  const batches: number[] = [];
  return {
    name,
    order,
    batches,
    sweepBatch: async (limit) => {
      await beforeBatch();
      const removed = Math.min(left, limit);
      left -= removed;
      batches.push(removed);
      return { removed, lagMs: removed > 0 ? 1500 : 0 };
    },
  };
}

describe('a sweep', () => {
  it('runs the tasks in their order, whatever the order of registration', async () => {
    const ran: string[] = [];
    const named = (name: string, order: number) => task(name, order, 0, () => void ran.push(name));
    const node = await start([named('c', 30), named('a', -1), named('b', 20)]);
    await node.get(Sweeper).sweepNow();
    expect(ran).toEqual(['a', 'b', 'c']);
  });

  it('takes batches of 5,000 until one is short', async () => {
    const many = task('many', 1, 12_345);
    const even = task('even', 2, 5000);
    const node = await start([many, even]);
    const swept = await node.get(Sweeper).sweepNow();
    expect(many.batches).toEqual([5000, 5000, 2345]);
    expect(even.batches).toEqual([5000, 0]);
    expect(swept.slice(0, 2)).toEqual([
      { task: 'many', removed: 12_345, lagMs: 1500 },
      { task: 'even', removed: 5000, lagMs: 1500 },
    ]);
  });

  it('lets other work come in between two batches', async () => {
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    const node = await start([task('many', 1, 40 * 5000, () => delay(1))]);
    turns = 0;
    await node.get(Sweeper).sweepNow();
    clearInterval(counting);
    expect(turns).toBeGreaterThan(20);
  });

  it('pauses after a slow batch', async () => {
    const starts: number[] = [];
    const slow = task('slow', 1, 2 * 5000, () => {
      starts.push(performance.now());
      return delay(100);
    });
    const node = await start([slow]);
    await node.get(Sweeper).sweepNow();
    expect(starts[1]! - starts[0]!).toBeGreaterThanOrEqual(120);
  });

  it('goes on with the others when a task fails, says so once, and says when it works again', async () => {
    let broken = true;
    const failing = task('failing', 1, 3, () => {
      if (broken) throw new Error('broken');
    });
    const other = task('other', 2, 7);
    const node = await start([failing, other]);
    const first = await node.get(Sweeper).sweepNow();
    expect(first.map(({ task: name }) => name)).toEqual(['other', 'outbox']);
    await node.get(Sweeper).sweepNow();
    const errors = node.lines.filter(({ level }) => level === 'error');
    expect(errors).toMatchObject([{ message: expect.stringContaining('the sweep of failing') }]);
    broken = false;
    const last = await node.get(Sweeper).sweepNow();
    expect(last[0]).toMatchObject({ task: 'failing', removed: 3 });
    expect(node.lines.at(-1)!.message).toContain('works again');
  });

  it('is counted', async () => {
    const node = await start([task('counted', 1, 12)]);
    await node.get(Sweeper).sweepNow();
    await node.get(Sweeper).sweepNow();
    const text = await node.get(Metrics).text();
    expect(text).toContain('gms_sweeper_removed_total{task="counted"} 12');
    expect(text).toContain('gms_sweeper_lag_seconds{task="counted"} 0');
    const at = /gms_sweeper_last_run_timestamp_seconds\{task="counted"\} ([\d.]+)/.exec(text)![1];
    expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(5);
  });
});

describe('the schedule', () => {
  it('sweeps every interval and never overlaps itself', async () => {
    let running = 0;
    let most = 0;
    const slow = task('slow', 1, 0, async () => {
      most = Math.max(most, ++running);
      await delay(35);
      running--;
    });
    const node = await start([slow], 10);
    await eventually(() => expect(slow.batches.length).toBeGreaterThan(5));
    await Promise.all([node.get(Sweeper).sweepNow(), node.get(Sweeper).sweepNow()]);
    expect(most).toBe(1);
  });

  it('ends with the batch under way when the node stops', async () => {
    const endless = task('endless', 1, Infinity, () => delay(20));
    const after = task('after', 2, 1);
    const node = await start([endless, after], 10);
    await eventually(() => expect(endless.batches.length).toBeGreaterThan(2));
    const started = performance.now();
    await node.close();
    nodes.splice(0);
    expect(performance.now() - started).toBeLessThan(1000);
    const count = endless.batches.length;
    await delay(100);
    expect(endless.batches.length).toBe(count);
    expect(after.batches).toEqual([]);
  });
});
