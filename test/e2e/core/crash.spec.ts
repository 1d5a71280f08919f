import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type CoreProcess, spawnCoreNode } from '../../support/core-node.js';
import { eventually } from '../../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

/** So often a process is killed in the middle of its share of so many. */
const kills = 2;
const share = 120;

let database: TestDatabase;
let client: Client;
const processes = new Set<CoreProcess>();

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  for (const process of processes) await process.kill();
  await client.end();
  await database.drop();
});

async function numberOf(sql: string, values: string[] = []): Promise<number> {
  const text = `SELECT count(*)::int AS count ${sql}`;
  const { rows } = await client.query<{ count: number }>(text, values);
  return rows[0]!.count;
}

interface Work {
  readonly role: 'outbox' | 'timers';
  /** Adds what has the numbers from $1 to $2. */
  readonly add: string;
  readonly done: string;
  /** What the node at $1 is in the middle of. */
  readonly held: string;
}

/**
 * Keeps two processes at work, and kills one of them in the middle, again and again.
 * @returns how much work there was, once all of it is done
 */
async function workUnderKills({ role, add, done, held }: Work): Promise<number> {
  let added = 0;
  const addShare = () => client.query(add, [added + 1, (added += share)]);
  let born = 0;
  const spawn = async () => {
    const nodeId = `${role}-${String(++born)}`;
    const process = { ...(await spawnCoreNode(database.url, nodeId, role)), nodeId };
    processes.add(process);
    return process;
  };
  const atWork = await Promise.all([spawn(), spawn()]);
  for (let killed = 0; killed < kills; killed++) {
    const victim = atWork.shift()!;
    await haltInTheMiddle(victim.child, async () => {
      if ((await numberOf(done)) === added) await addShare();
      return (await numberOf(held, [victim.nodeId])) > 0;
    });
    await victim.kill();
    processes.delete(victim);
    atWork.push(await spawn());
  }
  await addShare();
  await eventually(async () => expect(await numberOf(done)).toBe(added), 20_000);
  return added;
}

/** Halts a process (SIGSTOP) while it has something under way. */
async function haltInTheMiddle(
  child: ChildProcess,
  isInTheMiddle: () => Promise<boolean>,
): Promise<void> {
  for (;;) {
    child.kill('SIGSTOP');
    // What it has sent already is done by then.
    await delay(20);
    if (await isInTheMiddle()) return;
    child.kill('SIGCONT');
    await delay(5);
  }
}

it('effects outlive the nodes that die over them: none is lost, each is taken over', async () => {
  await client.query(`
    CREATE TABLE effect_log (id bigserial, key text, node text, at timestamptz DEFAULT now())`);
  const count = await workUnderKills({
    role: 'outbox',
    add: `INSERT INTO outbox_effect (kind, key, due_at)
          SELECT 'crash', n::text, now() FROM generate_series($1::int, $2::int) AS n`,
    done: `FROM outbox_effect WHERE state = 'done'`,
    held: 'FROM outbox_effect WHERE taken_by = $1',
  });
  expect(await numberOf('FROM (SELECT DISTINCT key FROM effect_log) AS keys')).toBe(count);
  // A handler that died after its work and before it was noted has worked twice; no other has.
  const again = (await numberOf('FROM effect_log')) - count;
  expect(again).toBeLessThanOrEqual(kills * 4);
  const attempts = await numberOf('FROM outbox_effect WHERE attempts > 1');
  expect(attempts).toBeGreaterThan(0);
  expect(attempts).toBeLessThanOrEqual(kills * 4);
}, 120_000);

it('a timer takes effect exactly once, however many nodes die over it', async () => {
  await client.query(`
    CREATE TABLE timer_log (id bigserial, key text, node text, at timestamptz DEFAULT now())`);
  const count = await workUnderKills({
    role: 'timers',
    add: `INSERT INTO timer (kind, key, due_at, try_at)
          SELECT 'crash', n::text, now(), now() FROM generate_series($1::int, $2::int) AS n`,
    done: 'FROM timer_log',
    held: `FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle in transaction'`,
  });
  await delay(200);
  expect(await numberOf('FROM timer_log')).toBe(count);
  expect(await numberOf('FROM (SELECT DISTINCT key FROM timer_log) AS keys')).toBe(count);
  expect(await numberOf('FROM timer')).toBe(0);
}, 120_000);
