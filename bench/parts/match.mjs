import { startBaseline } from '../lib/baseline.mjs';
import { median, shown, spread, table } from '../lib/figures.mjs';
import { LoadClient } from '../lib/load.mjs';
import { startServer } from '../lib/processes.mjs';
import { serverStatements } from '../lib/statements.mjs';
import {
  emptyEvents,
  fillSubscriptions,
  removeSubscriptions,
  subscriptions,
  tagOf,
} from '../lib/subscriptions.mjs';

const total = subscriptions.tags * subscriptions.ofTag;

/** One caller alone, and a handful as of a busy site. */
const connections = [1, 8];
const warmup = { ms: 1000, answers: 1500 };

/** Of the answer (bench/RESULTS.md, Push and matching). */
const mostMs = 20;

/**
 * POST /notification/publish among a million subscriptions, of which ten match: matched, stored
 * with their deliveries and laid into ten logs; beside bare node:http + pg with the same
 * statements.
 */
export async function measureMatch(bench) {
  const { postgres, configFile, closing, rounds, progress } = bench;
  await fillSubscriptions(postgres.sql);
  progress(`${total.toLocaleString('en')} subscriptions`);
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile, GMS_CONFIG_RELOAD: 'true' };
  const servers = {
    ours: await startServer({ env }, closing),
    'node:http + pg': await startBaseline(postgres.url, await serverStatements(), closing),
  };
  for (const { port } of Object.values(servers)) await requireTen(postgres.sql, port);
  const client = await LoadClient.start(closing);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    results.push(await measureRound({ ...bench, client }, servers, round));
    progress(`round ${round + 1}: push-match`);
  }
  await servers.ours.stop();
  await removeSubscriptions(postgres.sql);
  return [report(results)];
}

/** Makes sure that one event reaches ten users. */
async function requireTen(sql, port) {
  await emptyEvents(sql);
  const response = await fetch(`http://127.0.0.1:${port}/genesys/1/notification/publish`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ tag: tagOf(1), message: 'hello' }),
  });
  const [{ count }] = await sql('SELECT count(*)::int AS count FROM comet_event');
  if (response.status !== 200 || count !== subscriptions.ofTag) {
    throw new Error(`publish was answered ${response.status} and reached ${count} users`);
  }
}

async function measureRound({ client, postgres, seconds }, servers, round) {
  const figures = [];
  const turned = Object.entries(servers);
  if (round % 2 === 1) turned.reverse();
  for (const count of connections) {
    for (const [way, { port, pid }] of turned) {
      await emptyEvents(postgres.sql);
      const order = {
        ...{ port, connections: count, requests: { name: 'publish' } },
        ...{ warmup: round === 0 ? warmup : { ms: 300, answers: 300 } },
        measureMs: seconds * 1000,
      };
      figures.push({ way, count, ...(await client.drive(order, pid, postgres.pid)) });
    }
  }
  return figures;
}

const header = [
  'way',
  'callers',
  'per second',
  'p50 ms',
  'p99 ms',
  'max ms',
  'node µs',
  'postgres µs',
  'not 2xx',
];

function report(rounds) {
  const all = rounds.flat();
  const rows = connections.flatMap((count) =>
    ['ours', 'node:http + pg'].map((way) => rowOf(way, count, ofWay(all, way, count))),
  );
  const lines = [
    `### publish to ${subscriptions.ofTag} of ${total.toLocaleString('en')} subscriptions`,
    ...['', table(header, rows)],
  ];
  const goals = connections.map((count) => {
    const p99 = median(ofWay(all, 'ours', count).map((one) => one.p99));
    const goal = `push-match: answer within ${mostMs} ms at p99, callers: ${count}`;
    return { goal, value: `${shown(p99)} ms`, reached: p99 <= mostMs };
  });
  return { lines, goals };
}

function ofWay(figures, way, count) {
  return figures.filter((one) => one.way === way && one.count === count);
}

function rowOf(way, count, figures) {
  const middle = (field) => shown(median(figures.map((one) => one[field])));
  return [
    ...[way, count, spread(figures.map(({ perSecond }) => perSecond))],
    ...[middle('p50'), spread(figures.map(({ p99 }) => p99)), middle('max')],
    ...[middle('serverUs'), middle('postgresUs')],
    figures.reduce((sum, { refused }) => sum + refused, 0),
  ];
}
