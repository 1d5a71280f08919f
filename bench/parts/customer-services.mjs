import { setTimeout as delay } from 'node:timers/promises';
import { startBaseline } from '../lib/baseline.mjs';
import { emptyCustomerServices } from '../lib/customer-services.mjs';
import { story, StoryClient } from '../lib/customer-stories.mjs';
import { median, shown, spread, table } from '../lib/figures.mjs';
import { startServer } from '../lib/processes.mjs';
import { serverStatements } from '../lib/statements.mjs';

const connections = 32;

/** Steps a second that are to be sustained (issue 4), and for how long. */
const sustained = { perSecond: 1000, seconds: 120, p99: 100 };
const leastRatio = 0.6;

/**
 * Writes of Context Services: stories of a start, a state, a transition and an end, as fast as they
 * go beside bare node:http + pg with the same statements; then at a fixed rate for two minutes.
 */
export async function measureCustomerServices(bench) {
  const { postgres, configFile, closing, rounds, progress } = bench;
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile, GMS_CONFIG_RELOAD: 'true' };
  const servers = {
    ours: await startServer({ env }, closing),
    'node:http + pg': await startBaseline(postgres.url, await serverStatements(), closing),
  };
  const client = await StoryClient.start(closing);
  await requireStory(servers, client, postgres);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    results.push(await measureRound({ ...bench, client }, servers, round));
    progress(`round ${round + 1}: customer-services`);
  }
  const lasting = await sustain(servers.ours, client, progress);
  await servers.ours.stop();
  await emptyCustomerServices(postgres.sql);
  return [report(results), reportSustained(lasting)];
}

/** Makes sure that both servers write the same: each step of a story changes the same tables. */
async function requireStory(servers, client, { sql, pid: postgresPid }) {
  for (const { port, pid } of Object.values(servers)) {
    await emptyCustomerServices(sql);
    const order = { port, connections: 1, told: story, warmupMs: 300, measureMs: 300 };
    const { refused } = await client.drive(order, pid, postgresPid);
    const [{ ended, states }] = await sql(`
      SELECT count(completed_at)::int AS ended,
             (SELECT count(completed_at)::int FROM cs_state) AS states FROM cs_service`);
    if (refused > 0 || ended === 0 || states === 0) {
      throw new Error(`a story was not told: ${refused} refused, ${ended} and ${states} ended`);
    }
  }
}

async function measureRound({ client, postgres, seconds }, servers, round) {
  const figures = {};
  const turned = Object.entries(servers);
  if (round % 2 === 1) turned.reverse();
  for (const [way, { port, pid }] of turned) {
    await emptyCustomerServices(postgres.sql);
    const warmupMs = round === 0 ? 3000 : 500;
    const order = { port, connections, told: story, warmupMs, measureMs: seconds * 1000 };
    figures[way] = await client.drive(order, pid, postgres.pid);
  }
  return figures;
}

async function sustain({ port }, client, progress) {
  const { perSecond, seconds } = sustained;
  const warmupMs = 2000;
  await client.startRate({ port, connections: 64, told: story, perSecond, warmupMs });
  await delay(warmupMs + seconds * 1000);
  const figures = await client.stopRate();
  progress(`customer-services, ${perSecond} a second for ${seconds} s`);
  return figures;
}

const header = [
  ...['way', 'per second', 'p50 ms', 'p99 ms', 'max ms', 'node µs', 'postgres µs', 'client µs'],
  'not 2xx',
];

function report(rounds) {
  const ways = Object.keys(rounds[0]).sort().reverse();
  const ratios = rounds.map(
    (figures) => figures.ours.perSecond / figures['node:http + pg'].perSecond,
  );
  const rows = ways.map((way) =>
    rowOf(
      way,
      rounds.map((figures) => figures[way]),
    ),
  );
  const ratio = median(ratios);
  return {
    lines: [
      '### Context Services: start, state, transition, end',
      ...['', table(header, rows), '', `- ours / node:http + pg: ${spread(ratios)}`],
    ],
    goals: [
      {
        goal: `customer-services: at least ${leastRatio} of node:http + pg`,
        value: shown(ratio),
        reached: ratio >= leastRatio,
      },
    ],
  };
}

function rowOf(way, figures) {
  const middle = (field) => shown(median(figures.map((one) => one[field])));
  return [
    ...[way, spread(figures.map(({ perSecond }) => perSecond))],
    ...['p50', 'p99', 'max', 'serverUs', 'postgresUs', 'clientUs'].map(middle),
    figures.reduce((sum, { refused }) => sum + refused, 0),
  ];
}

function reportSustained({ answers, p50, p99, max, refused }) {
  const { perSecond, seconds, p99: most } = sustained;
  const rows = [[`${(answers / seconds).toFixed(0)}`, shown(p50), shown(p99), shown(max), refused]];
  return {
    lines: [
      `### Context Services: ${perSecond} steps of stories a second for ${seconds} s`,
      ...['', table(['answered a second', 'p50 ms', 'p99 ms', 'max ms', 'not 2xx'], rows)],
    ],
    goals: [
      {
        goal: `customer-services: ${perSecond} a second for ${seconds} s, p99 at most ${most} ms`,
        value: `${shown(p99)} ms`,
        reached: p99 <= most && refused === 0 && answers >= perSecond * seconds * 0.99,
      },
    ],
  };
}
