import { setTimeout as delay } from 'node:timers/promises';
import { processCpu, treeCpu } from '../lib/cpu.mjs';
import { median, percentile, shown, spread, table } from '../lib/figures.mjs';
import { LoadClient } from '../lib/load.mjs';
import { message, startHelper, startServer } from '../lib/processes.mjs';
import { emptyEvents, removeSubscriptions } from '../lib/subscriptions.mjs';

/** Events a second: easy going, and what the goals are for. */
const rates = [100, 500];
const warmupMs = 4000;
const measureMs = 8000;

/** What was published last is delivered by then, or it is missing, ms. */
const restMs = 2000;

const most = { p50: 20, p99: 200 };

/**
 * Callbacks (httpcb) at a fixed rate, `push.publish_mode = async`: from the moment at which an event
 * was due to be published to the arrival of its POST at the subscriber.
 */
export async function measurePush(bench) {
  const { postgres, configFile, closing, rounds, progress } = bench;
  await removeSubscriptions(postgres.sql);
  const sink = await startHelper('callback-sink', undefined, closing);
  const { port: sinkPort } = await message(sink);
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile, GMS_CONFIG_RELOAD: 'true' };
  const server = await startServer({ env }, closing);
  await subscribe(server.port, `http://127.0.0.1:${sinkPort}/callback`);
  const client = await LoadClient.start(closing);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    for (const perSecond of rates) {
      await emptyEvents(postgres.sql);
      const measured = await measureRate({ postgres, server, client, sink }, perSecond);
      results.push({ perSecond, ...measured });
      progress(`round ${round + 1}: push, ${perSecond} a second`);
    }
  }
  await server.stop();
  await removeSubscriptions(postgres.sql);
  return [report(results)];
}

async function subscribe(port, deviceId) {
  const response = await fetch(`http://127.0.0.1:${port}/genesys/1/notification/subscription`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      ...{ subscriberId: 'bench', filter: 'bench.*', expire: 3600 },
      notificationDetails: { type: 'httpcb', deviceId },
    }),
  });
  if (response.status !== 200) throw new Error(`subscribe: ${await response.text()}`);
}

/** Warms up, and measures what is published from then on. */
async function measureRate({ postgres, server, client, sink }, perSecond) {
  const rate = { port: server.port, connections: 64, perSecond };
  await client.startRate({ ...rate, requests: { name: 'publishMoment' } });
  await delay(warmupMs);
  await client.stopRate();
  await delay(restMs);
  await ask(sink, 'begin');
  const before = [processCpu(server.pid), treeCpu(postgres.pid)];
  await client.startRate({ ...rate, requests: { name: 'publishMoment' } });
  await delay(measureMs);
  const { samples, refused } = await client.stopRate();
  await delay(restMs);
  const after = [processCpu(server.pid), treeCpu(postgres.pid)];
  const delivered = await ask(sink, 'end');
  const answers = samples.map(([, latencyMs]) => latencyMs).sort((one, other) => one - other);
  const [nodeUs, postgresUs] = after.map((used, at) => (used - before[at]) / samples.length);
  return {
    ...{ published: samples.length, refused, ...delivered, nodeUs, postgresUs },
    missing: samples.length - refused - (delivered.received - delivered.doubled),
    ...{ answer50: percentile(answers, 0.5), answer99: percentile(answers, 0.99) },
  };
}

function ask(child, kind) {
  child.send({ kind });
  return message(child);
}

const header = [
  'events a second',
  'p50 ms',
  'p99 ms',
  'max ms',
  'answer: p50 ms',
  'p99 ms',
  'node µs a push',
  'postgres µs',
  'published',
  'missing',
  'doubled',
  'not 2xx',
];

function report(results) {
  const rows = rates.map((perSecond) =>
    rowOf(
      perSecond,
      results.filter((one) => one.perSecond === perSecond),
    ),
  );
  const title = '### push: httpcb, from the moment of publishing to the arrival';
  return { lines: [title, '', table(header, rows)], goals: goalsOf(results) };
}

function rowOf(perSecond, rounds) {
  const of = (field) => spread(rounds.map((round) => round[field]));
  const total = (field) => rounds.reduce((sum, round) => sum + round[field], 0);
  return [
    ...[
      perSecond,
      ...['p50', 'p99', 'max', 'answer50', 'answer99', 'nodeUs', 'postgresUs'].map(of),
    ],
    ...['published', 'missing', 'doubled', 'refused'].map(total),
  ];
}

function goalsOf(results) {
  const perSecond = rates.at(-1);
  const rounds = results.filter((one) => one.perSecond === perSecond);
  return Object.entries(most).map(([field, limit]) => {
    const value = median(rounds.map((round) => round[field]));
    const goal = `push: httpcb at ${perSecond} a second, ${field} at most ${limit} ms`;
    return { goal, value: `${shown(value)} ms`, reached: value <= limit };
  });
}
