import { setTimeout as delay } from 'node:timers/promises';
import { shown, spread, table } from '../lib/figures.mjs';
import { bodies } from '../lib/hostile-bodies.mjs';
import { LoadClient } from '../lib/load.mjs';
import { percentile } from '../lib/figures.mjs';
import { message, startHelper, startServer } from '../lib/processes.mjs';
import { send } from '../lib/raw-request.mjs';
import { measureLarge } from './hostile-large.mjs';
import { measureMemory } from './hostile-memory.mjs';

/** The other client asks this, so many times a second. */
export const light = { name: 'path', path: '/genesys/1/node' };
export const perSecond = 200;

/** How long the other client asks before the body comes, and after it has been answered, ms. */
const aroundMs = 500;

/** How often each body is sent in a round. */
const times = 3;

export const longestStandMs = 50;

/**
 * What another client notices, which asks for something light every 5 ms, while one request with a
 * hostile body is under way; and what the node asks of memory while uploads stall and while a large
 * event goes to many.
 */
export async function measureHostile(bench) {
  const { postgres, configFile, closing, rounds, progress } = bench;
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile, GMS_CONFIG_RELOAD: 'true' };
  const server = await startServer({ env }, closing);
  const bare = await message(await startHelper('hostile-peer', undefined, closing));
  const client = await LoadClient.start(closing);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    for (const body of bodies) {
      const measured = { body, ours: await measureBody(client, server.port, body) };
      results.push({ ...measured, bare: await measureBody(client, bare.port, body) });
      progress(`round ${round + 1}: ${body.name}`);
    }
  }
  await server.stop();
  return [reportBodies(results), await measureLarge(bench), await measureMemory(bench)];
}

/** What the other client notices, and how long the event loop stood at most. */
async function measureBody(client, port, { request }) {
  await client.startRate({ port, requests: light, connections: 64, perSecond });
  await delay(aroundMs);
  // The longest since it was last asked for.
  await longestStand(port);
  const statuses = new Set();
  const started = performance.now();
  if (request === undefined) await delay(aroundMs);
  else for (let turn = 0; turn < times; turn++) statuses.add(await send(port, request));
  const answeredMs = (performance.now() - started) / times;
  await delay(aroundMs);
  const stoodMs = await longestStand(port);
  const { samples } = await client.stopRate();
  const sorted = samples.map(([, latencyMs]) => latencyMs).sort((one, other) => one - other);
  return {
    ...{ statuses: [...statuses].join(', '), answeredMs, stoodMs },
    ...{ p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) },
  };
}

/** By the process's own clock of its event loop; asking sets it back. */
export async function longestStand(port) {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const seconds = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(await answer.text())?.[1];
  return Number(seconds) * 1000;
}

const header = [
  'body',
  'answered',
  'in ms',
  'loop stood ms',
  'other client: p50 ms',
  'p99 ms',
  'max ms',
  'bare node:http: loop stood ms',
  'p99 ms',
  'max ms',
];

function reportBodies(results) {
  const rows = bodies.map((body) => {
    const rounds = results.filter((one) => one.body === body);
    const of = (way, field) => spread(rounds.map((round) => round[way][field]));
    return [
      ...[body.name, rounds[0].ours.statuses || '–', of('ours', 'answeredMs')],
      ...['stoodMs', 'p50', 'p99', 'max'].map((field) => of('ours', field)),
      ...['stoodMs', 'p99', 'max'].map((field) => of('bare', field)),
    ];
  });
  const worst = Math.max(...results.map(({ ours }) => ours.stoodMs));
  const goals = [
    {
      goal: `hostile: no body holds the event loop for more than ${longestStandMs} ms`,
      value: `${shown(worst)} ms`,
      reached: worst <= longestStandMs,
    },
  ];
  const title = '### hostile bodies: what another client notices, asking every 5 ms';
  return { lines: [title, '', table(header, rows)], goals };
}
