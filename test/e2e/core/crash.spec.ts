import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type CoreProcess, spawnCoreNode } from '../../support/core-node.js';
import { eventually } from '../../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

/** A process is killed in the middle of its share of so many, so often. */
const share = 120;
const kills = 3;
const count = share * (kills + 1);

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

async function numberOf(sql: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count ${sql}`);
  return rows[0]!.count;
}

/** Keeps two processes at work, and kills one of them in the middle, again and again. */
async function workUnderKills(
  role: 'outbox' | 'timers',
  addSql: string,
  doneSql: string,
): Promise<void> {
  let born = 0;
  const spawn = async () => {
    const process = await spawnCoreNode(database.url, `${role}-${String(++born)}`, role);
    processes.add(process);
    return process;
  };
  const add = (round: number) => client.query(addSql, [round * share + 1, (round + 1) * share]);
  const atWork = [await spawn(), await spawn()];
  for (let round = 0; round < kills; round++) {
    await add(round);
    await eventually(async () => {
      expect(await numberOf(doneSql)).toBeGreaterThan(round * share + share / 4);
    }, 10_000);
    const victim = atWork.shift()!;
    await victim.kill();
    processes.delete(victim);
    atWork.push(await spawn());
  }
  await add(kills);
  await eventually(async () => expect(await numberOf(doneSql)).toBe(count), 20_000);
}

it('effects outlive the nodes that die over them: none is lost, each is taken over', async () => {
  await client.query(`
    CREATE TABLE effect_log (id bigserial, key text, node text, at timestamptz DEFAULT now())`);
  await workUnderKills(
    'outbox',
    `INSERT INTO outbox_effect (kind, key, due_at)
     SELECT 'crash', n::text, now() FROM generate_series($1::int, $2::int) AS n`,
    `FROM outbox_effect WHERE state = 'done'`,
  );
  expect(await numberOf('FROM (SELECT DISTINCT key FROM effect_log) AS keys')).toBe(count);
  // A handler that died after its work and before it was noted has worked twice; no other has.
  const again = (await numberOf('FROM effect_log')) - count;
  expect(again).toBeLessThanOrEqual(kills * 4);
  const attempts = await numberOf('FROM outbox_effect WHERE attempts > 1');
  expect(attempts).toBeGreaterThan(0);
  expect(attempts).toBeLessThanOrEqual(kills * 4);
}, 60_000);

it('a timer takes effect exactly once, however many nodes die over it', async () => {
  await client.query(`
    CREATE TABLE timer_log (id bigserial, key text, node text, at timestamptz DEFAULT now())`);
  await workUnderKills(
    'timers',
    `INSERT INTO timer (kind, key, due_at, try_at)
     SELECT 'crash', n::text, now(), now() FROM generate_series($1::int, $2::int) AS n`,
    'FROM timer_log',
  );
  await delay(200);
  expect(await numberOf('FROM timer_log')).toBe(count);
  expect(await numberOf('FROM (SELECT DISTINCT key FROM timer_log) AS keys')).toBe(count);
  expect(await numberOf('FROM timer')).toBe(0);
}, 60_000);
