import { median, shown, spread, table } from '../lib/figures.mjs';
import { end, message, startHelper } from '../lib/processes.mjs';
import { processCpu, treeCpu } from '../lib/cpu.mjs';
import { settle } from '../lib/population.mjs';

const poolSize = 10_000;
const callers = 64;

/**
 * How fast a pool of numbers is given away, without HTTP: through our own repository by 64 callers
 * at once until it is empty, beside pgbench updating one row by key in a table of the same shape.
 */
export async function measureAllocation(bench) {
  const { postgres, closing, rounds, progress } = bench;
  await makePool(postgres.sql);
  const order = { url: postgres.url, callers };
  const helper = await startHelper('allocate', order, closing);
  await message(helper);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    results.push(await measureRound(bench, helper));
    progress(`round ${round + 1}: allocation`);
  }
  await end(helper);
  return [report(results)];
}

async function makePool(sql) {
  await sql(`INSERT INTO access_group_pool (group_name, pool) VALUES ('drain', '{drain}')
             ON CONFLICT DO NOTHING`);
  await sql(`
    INSERT INTO access_number (number, display, pool, position)
    SELECT (300000000000 + n)::text, (300000000000 + n)::text, '{drain}', n
      FROM generate_series(1, ${poolSize}) AS n`);
  await sql('DROP TABLE IF EXISTS bench_number');
  await sql('CREATE TABLE bench_number (LIKE access_number INCLUDING ALL)');
  await sql(`INSERT INTO bench_number SELECT * FROM access_number WHERE pool = '{drain}'`);
}

async function refill(sql) {
  await sql(`DELETE FROM access_grant WHERE group_name = 'drain'`);
  await sql(`UPDATE access_number SET free_from = '-infinity' WHERE pool = '{drain}'`);
  await settle(sql, ['access_number', 'access_grant', 'bench_number']);
}

async function measureRound({ postgres, pgbench }, helper) {
  const figures = {};
  for (const way of ['take', 'allocate']) {
    await refill(postgres.sql);
    figures[way] = await drain(helper, way, postgres);
  }
  if (pgbench === undefined) return figures;
  for (const clients of [16, 64]) {
    await settle(postgres.sql, ['bench_number']);
    figures[`pgbench ${clients}`] = await pgbench.run({
      name: `allocation-${clients}`,
      script: bound,
      clients,
      bound: { transactions: poolSize },
    });
  }
  return figures;
}

const bound = `\\set n random(300000000001, ${300_000_000_000 + poolSize})
UPDATE bench_number SET free_from = least(now() + 1800 * interval '1 second', 'infinity')
 WHERE number = (:n)::text RETURNING number, display;
`;

async function drain(helper, way, postgres) {
  const before = [processCpu(helper.pid), treeCpu(postgres.pid)];
  helper.send({ way });
  const { latencies, numbers, seconds } = await message(helper);
  const after = [processCpu(helper.pid), treeCpu(postgres.pid)];
  const [nodeUs, postgresUs] = after.map((used, index) => (used - before[index]) / numbers.length);
  return {
    perSecond: numbers.length / seconds,
    ...latencies,
    nodeUs,
    postgresUs,
    duplicates: numbers.length - new Set(numbers).size,
    missed: poolSize - new Set(numbers).size,
  };
}

const titles = {
  take: 'our statement, 64 callers, pool of 16',
  allocate: 'the same with grant and code, in a unit of work',
  'pgbench 16': 'pgbench, one UPDATE by key, 16 clients',
  'pgbench 64': 'pgbench, one UPDATE by key, 64 clients',
};

const header = [
  'way',
  'per second',
  'p50 ms',
  'p99 ms',
  'node µs',
  'postgres µs',
  'twice',
  'missed',
];

function report(rounds) {
  const rows = Object.keys(rounds[0]).map((way) =>
    rowOf(
      way,
      rounds.map((round) => round[way]),
    ),
  );
  const title = `### allocation from a pool of ${poolSize.toLocaleString('en')} numbers, no HTTP`;
  const lines = [title, '', table(header, rows), ''];
  const duplicates = total(rounds, 'duplicates');
  const goals = [
    { goal: 'allocation: no number twice', value: String(duplicates), reached: duplicates === 0 },
  ];
  if ('pgbench 64' in rounds[0]) goals.push(ratioGoal(rounds, lines));
  return { lines, goals };
}

function ratioGoal(rounds, lines) {
  const ratios = (clients) =>
    rounds.map((round) => round.take.perSecond / round[`pgbench ${clients}`].perSecond);
  for (const clients of [16, 64]) {
    lines.push(`- our statement / pgbench ${clients}: ${spread(ratios(clients))}`);
  }
  const ratio = median(ratios(64));
  const goal = 'allocation: at least 0.5 of one UPDATE by key at 64 clients';
  return { goal, value: shown(ratio), reached: ratio >= 0.5 };
}

function rowOf(way, figures) {
  const middle = (field) => shown(median(figures.map((one) => one[field] ?? NaN)));
  const sum = (field) => figures.reduce((total, one) => total + (one[field] ?? 0), 0);
  return [
    titles[way],
    spread(figures.map(({ perSecond }) => perSecond)),
    ...[way.startsWith('pgbench') ? `mean ${middle('meanMs')}` : middle('p50'), middle('p99')],
    ...[middle('nodeUs'), middle('postgresUs'), sum('duplicates'), sum('missed')],
  ];
}

function total(rounds, field) {
  return rounds.reduce((sum, { take, allocate }) => sum + take[field] + allocate[field], 0);
}
