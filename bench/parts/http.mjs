import { startBaseline } from '../lib/baseline.mjs';
import { cases } from '../lib/cases.mjs';
import { median, shown, spread, table } from '../lib/figures.mjs';
import { LoadClient } from '../lib/load.mjs';
import { populate } from '../lib/population.mjs';
import { startServer } from '../lib/processes.mjs';
import { serverStatements } from '../lib/statements.mjs';
import { requireSameAnswers } from '../lib/same-answers.mjs';

const connections = 64;
const warmup = { first: { ms: 1000, answers: 5000 }, later: { ms: 400, answers: 500 } };

/**
 * The operations of an app and of the voice side over HTTP, each beside its baselines: (a) bare
 * node:http + pg, (b) pgbench with 16 and 64 clients. All are measured in every round, in turns of
 * changing order, so that what else the machine does falls on all of them.
 */
export async function measureHttp(bench, names) {
  const { postgres, configFile, closing } = bench;
  const statements = await serverStatements();
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile };
  const servers = {
    ours: await startServer({ env }, closing),
    'node:http + pg': await startBaseline(postgres.url, statements, closing),
  };
  const client = await LoadClient.start(closing);
  await populate(postgres.sql);
  await requireSameAnswers(servers, names, postgres);
  const run = { ...bench, servers, client, statements };
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < bench.rounds; round++) {
    if (round > 0) await populate(postgres.sql);
    for (const name of names) {
      results[name].push(await measureCase(run, name, round));
      bench.progress(`round ${round + 1}: ${name}`);
    }
  }
  await servers.ours.stop();
  return names.map((name) => report(name, results[name]));
}

/** All ways of one case, once; → way → figures. */
async function measureCase(run, name, round) {
  const ways = waysOf(run, name, round);
  const turned = [...ways.slice(round % ways.length), ...ways.slice(0, round % ways.length)];
  const figures = {};
  for (const [way, measure] of turned) {
    await cases[name].before?.(run.postgres.sql);
    figures[way] = await measure();
  }
  return figures;
}

function waysOf(run, name, round) {
  const http = Object.entries(run.servers).map(([way, server]) => [
    way,
    () => driveCase(run, name, server, round),
  ]);
  if (run.pgbench === undefined) return http;
  const bound = [16, 64].map((clients) => [
    `pgbench ${clients}`,
    () => runPgbench(run, name, clients),
  ]);
  return [...http, ...bound];
}

function driveCase({ client, postgres, seconds }, name, { port, pid }, round) {
  const order = {
    ...{ port, connections, requests: cases[name].requests },
    warmup: round === 0 ? warmup.first : warmup.later,
    measureMs: seconds * 1000,
  };
  return client.drive(order, pid, postgres.pid);
}

function runPgbench({ pgbench, statements, seconds }, name, clients) {
  const { script, variables, transactions } = cases[name];
  return pgbench.run({
    name: `${name}-${clients}`,
    script: script(statements, { clients, transactions }),
    variables: { ...variables, i: 0 },
    clients,
    bound: transactions === undefined ? { seconds } : { transactions },
  });
}

const header = [
  'way',
  'per second',
  'p50 ms',
  'p99 ms',
  'max ms',
  'node µs',
  'postgres µs',
  'client µs',
  'not 2xx',
];

function report(name, rounds) {
  const ways = Object.keys(rounds[0]).sort(
    (one, other) => order.indexOf(one) - order.indexOf(other),
  );
  const rows = ways.map((way) =>
    rowOf(
      way,
      rounds.map((figures) => figures[way]),
    ),
  );
  const lines = [`### ${cases[name].title}`, '', table(header, rows), ''];
  for (const way of ways.slice(1)) lines.push(`- ours / ${way}: ${spread(ratios(rounds, way))}`);
  return { lines, goals: goalsOf(name, rounds) };
}

const order = ['ours', 'node:http + pg', 'pgbench 16', 'pgbench 64'];

function rowOf(way, figures) {
  const middle = (field) => shown(median(figures.map((one) => one[field] ?? NaN)));
  return [
    way,
    spread(figures.map(({ perSecond }) => perSecond)),
    ...[way.startsWith('pgbench') ? `mean ${middle('meanMs')}` : middle('p50')],
    ...[middle('p99'), middle('max'), middle('serverUs'), middle('postgresUs')],
    ...[middle('clientUs'), figures.reduce((sum, one) => sum + (one.refused ?? one.failed), 0)],
  ];
}

/** Of each round, so that a slow minute of the machine falls on both. */
function ratios(rounds, way) {
  return rounds.map((figures) => figures.ours.perSecond / figures[way].perSecond);
}

function goalsOf(name, rounds) {
  const { goals } = cases[name];
  if (goals === undefined) return [];
  const ratio = median(ratios(rounds, 'node:http + pg'));
  const serverUs = median(rounds.map(({ ours }) => ours.serverUs));
  return [
    {
      goal: `${name}: at least ${goals.ratio} of node:http + pg`,
      value: shown(ratio),
      reached: ratio >= goals.ratio,
    },
    {
      goal: `${name}: at most ${goals.serverUs} µs of node CPU`,
      value: `${shown(serverUs)} µs`,
      reached: serverUs <= goals.serverUs,
    },
  ];
}
