import { setTimeout as delay } from 'node:timers/promises';
import { processCpu, treeCpu } from '../lib/cpu.mjs';
import { median, percentile, shown, spread, table } from '../lib/figures.mjs';
import { LoadClient } from '../lib/load.mjs';
import { message, startHelper, startServer } from '../lib/processes.mjs';
import { emptyEvents, removeSubscriptions } from '../lib/subscriptions.mjs';

const perSecond = 500;
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
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile };
  const server = await startServer({ env }, closing);
  await subscribe(server.port, `http://127.0.0.1:${sinkPort}/callback`);
  const client = await LoadClient.start(closing);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    await emptyEvents(postgres.sql);
    results.push(await measureRound({ postgres, server, client, sink }));
    progress(`round ${round + 1}: push`);
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
async function measureRound({ postgres, server, client, sink }) {
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
  '',
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

function report(rounds) {
  const of = (field) => spread(rounds.map((round) => round[field]));
  const total = (field) => rounds.reduce((sum, round) => sum + round[field], 0);
  const row = [
    ...['httpcb', ...['p50', 'p99', 'max', 'answer50', 'answer99', 'nodeUs', 'postgresUs'].map(of)],
    ...['published', 'missing', 'doubled', 'refused'].map(total),
  ];
  const title = `### push: ${perSecond} events a second, from publishing to the arrival`;
  const goals = Object.entries(most).map(([field, limit]) => {
    const value = median(rounds.map((round) => round[field]));
    const goal = `push: httpcb at ${perSecond} a second, ${field} at most ${limit} ms`;
    return { goal, value: `${shown(value)} ms`, reached: value <= limit };
  });
  return { lines: [title, '', table(header, [row])], goals };
}
