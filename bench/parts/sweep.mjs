import { setTimeout as delay } from 'node:timers/promises';
import { median, percentile, shown, spread, table } from '../lib/figures.mjs';
import { processCpu, treeCpu } from '../lib/cpu.mjs';
import { LoadClient } from '../lib/load.mjs';
import { fillStorage, settle } from '../lib/population.mjs';
import { startServer } from '../lib/processes.mjs';

/** Areas that have expired; with three keys each they are 1,000,000 rows. */
const expiredAreas = 250_000;
const rows = expiredAreas * 4;
/** What one batch of the sweeper removes first, in areas (core/scheduling/sweeper.ts). */
const batchAreas = 5000;
const foreground = { requests: { name: 'createAndRead' }, connections: 32, perSecond: 400 };
/** The sweeper begins so long after the server: time to warm up, and for the foreground alone, ms. */
const sweepIntervalMs = 13_000;
const warmupMs = 4000;
const longestSweepMs = 90_000;

/**
 * The running server's own sweeper on 1,000,000 expired rows, and what a foreground of 200 reads
 * and 200 creates a second notices of it. 50,000 live areas stand between them.
 */
export async function measureSweep(bench) {
  const client = await LoadClient.start(bench.closing);
  const results = [];
  for (let round = 0; round < bench.rounds; round++) {
    await fillStorage(bench.postgres.sql);
    await insertExpired(bench.postgres.sql);
    results.push(await measureRound(bench, client));
    bench.progress(`round ${round + 1}: sweep`);
  }
  return [report(results)];
}

/** A server whose first sweep comes when the foreground has had some time for itself. */
async function measureRound({ postgres, configFile, closing }, client) {
  const env = {
    ...{ DATABASE_URL: postgres.url, GMS_CONFIG: configFile },
    GMS_SWEEP_INTERVAL_MS: String(sweepIntervalMs),
  };
  const server = await startServer({ env }, closing);
  await client.startRate({ port: server.port, ...foreground });
  await delay(warmupMs);
  const aloneFrom = Date.now();
  const sweptFrom = await goneAt(postgres.sql, firstId);
  const before = [processCpu(server.pid), treeCpu(postgres.pid)];
  const sweptTo = await goneAt(postgres.sql, lastId);
  const after = [processCpu(server.pid), treeCpu(postgres.pid)];
  const { samples, refused } = await client.stopRate();
  await server.stop();
  const seconds = (sweptTo - sweptFrom) / 1000;
  const cores = after.map((used, index) => (used - before[index]) / 1e6 / seconds);
  return {
    // The first batch ends where the clock starts.
    perSecond: (rows - batchAreas * 4) / seconds,
    seconds,
    alone: latencies(samples, aloneFrom, sweptFrom - firstBatchMs),
    beside: latencies(samples, sweptFrom, sweptTo),
    ...{ refused, nodeCores: cores[0], postgresCores: cores[1] },
  };
}

/** What the first batch takes at most, before it is seen. */
const firstBatchMs = 1000;
const firstId = 'sweep-first';
const lastId = 'sweep-last';

/**
 * Areas that ended within the last hour, in no order that has to do with where their rows are;
 * the first and the last to go have names by which they are seen to be gone.
 */
async function insertExpired(sql) {
  await sql(`
    CREATE TEMP TABLE expired AS
    SELECT gen_random_uuid()::text AS id, now() - random() * interval '1 hour' AS expires_at
      FROM generate_series(1, ${expiredAreas - 2})
    UNION ALL VALUES ('${firstId}', now() - interval '2 hours'), ('${lastId}', now())`);
  await sql(`INSERT INTO storage_area (id, expires_at) SELECT id, expires_at FROM expired`);
  await sql(`
    INSERT INTO storage_entry (area_id, key, value, expires_at)
    SELECT id, 'key' || n, repeat(md5(id), 3 + n), expires_at
      FROM expired, generate_series(1, 3) AS n`);
  await sql('DROP TABLE expired');
  await settle(sql, ['storage_area', 'storage_entry']);
  await sql('CHECKPOINT');
}

/** Waits until an area is gone and returns when that was, Unix time in ms, true to about 10 ms. */
async function goneAt(sql, id) {
  const limit = Date.now() + longestSweepMs;
  while (Date.now() < limit) {
    const [found] = await sql(`SELECT FROM storage_area WHERE id = $1`, [id]);
    if (found === undefined) return Date.now();
    await delay(10);
  }
  throw new Error(`the sweeper did not come to the end within ${longestSweepMs} ms`);
}

function latencies(samples, from, to) {
  const inside = samples.filter(([at]) => at >= from && at < to).map(([, latencyMs]) => latencyMs);
  inside.sort((one, other) => one - other);
  return {
    count: inside.length,
    p50: percentile(inside, 0.5),
    p99: percentile(inside, 0.99),
    max: inside.at(-1) ?? NaN,
  };
}

const header = ['', 'rows per second', 'seconds', 'node cores busy', 'postgres cores busy'];
const foregroundHeader = ['foreground, 400 per second', 'p50 ms', 'p99 ms', 'max ms', 'not 2xx'];

function report(rounds) {
  const of = (field) => spread(rounds.map((round) => round[field]));
  const swept = ['sweep', ...['perSecond', 'seconds', 'nodeCores', 'postgresCores'].map(of)];
  const ratios = rounds.map(({ alone, beside }) => beside.p99 / alone.p99);
  const lines = [
    '### sweep of 1,000,000 expired rows by the running server',
    ...['', table(header, [swept]), '', table(foregroundHeader, foregroundRows(rounds)), ''],
    `- foreground p99 beside the sweep / alone: ${spread(ratios)}`,
  ];
  return { lines, goals: goalsOf(rounds, median(ratios)) };
}

function foregroundRows(rounds) {
  const refused = rounds.reduce((sum, round) => sum + round.refused, 0);
  const row = (title, when) => [
    title,
    ...['p50', 'p99', 'max'].map((field) => spread(rounds.map((round) => round[when][field]))),
    refused,
  ];
  return [row('alone', 'alone'), row('beside the sweep', 'beside')];
}

function goalsOf(rounds, ratio) {
  const perSecond = median(rounds.map((round) => round.perSecond));
  return [
    {
      goal: 'sweep: at least 50,000 rows a second',
      value: shown(perSecond),
      reached: perSecond >= 50_000,
    },
    {
      goal: 'sweep: foreground p99 at most 1.5 times that without',
      value: shown(ratio),
      reached: ratio <= 1.5,
    },
  ];
}
