import { setTimeout as delay } from 'node:timers/promises';
import { percentile, shown, spread, table } from '../lib/figures.mjs';
import { largeCalls } from '../lib/large-calls.mjs';
import { LoadClient } from '../lib/load.mjs';
import { message, startHelper, startServer } from '../lib/processes.mjs';
import { send } from '../lib/raw-request.mjs';
import { light, longestStand, longestStandMs, perSecond } from './hostile.mjs';

/** How often each call is made in a round. */
const times = 3;

/** What another node hears of a call, it has done so long after the answer, ms. */
const afterMs = 1500;

/**
 * What another client notices while one call is answered that is large and lawful, and how long the
 * event loops of the node and of another one, which follows it, stand.
 */
export async function measureLarge({ postgres, configFile, closing, rounds, progress }) {
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile, GMS_CONFIG_RELOAD: 'true' };
  const sink = await message(await startHelper('hostile-peer', undefined, closing));
  const client = await LoadClient.start(closing);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    await empty(postgres.sql);
    const servers = [await startServer({ env }, closing), await startServer({ env }, closing)];
    const [{ port }] = servers;
    const place = { sql: postgres.sql, sink: sink.port, calls: (request) => send(port, request) };
    for (const call of largeCalls) {
      await call.before?.(place);
      results.push({ call, ...(await measureCall(client, servers, call, round)) });
      progress(`round ${round + 1}: ${call.name}`);
    }
    for (const server of servers) await server.stop();
  }
  await empty(postgres.sql);
  return report(results);
}

async function measureCall(client, servers, call, round) {
  const [{ port }, other] = servers;
  await client.startRate({ port, requests: light, connections: 64, perSecond });
  await delay(300);
  for (const server of servers) await longestStand(server.port);
  const statuses = new Set();
  let answeredMs = 0;
  for (let turn = 0; turn < times; turn++) {
    const request = call.request(round * times + turn);
    const started = performance.now();
    statuses.add(await send(port, request));
    answeredMs += (performance.now() - started) / times;
    // Two imports without a pause between would be one change to the other node.
    await delay(afterMs / times);
  }
  await delay(afterMs);
  const stoodMs = await longestStand(port);
  const otherMs = await longestStand(other.port);
  const { samples } = await client.stopRate();
  const sorted = samples.map(([, latencyMs]) => latencyMs).sort((one, two) => one - two);
  return {
    ...{ statuses: [...statuses].join(', '), answeredMs, stoodMs, otherMs },
    ...{ p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) },
  };
}

async function empty(sql) {
  await sql(`TRUNCATE push_subscription, push_event, push_delivery, cs_service, cs_state, cs_task,
                      storage_area, storage_entry, audit_entry`);
}

const header = [
  ...['call', 'answered', 'in ms', 'loop stood ms', 'other client: p50 ms', 'p99 ms', 'max ms'],
  'loop of another node stood ms',
];

function report(results) {
  const rows = largeCalls.map((call) => {
    const rounds = results.filter((one) => one.call === call);
    const of = (field) => spread(rounds.map((round) => round[field]));
    return [
      ...[call.name, rounds[0].statuses],
      ...['answeredMs', 'stoodMs', 'p50', 'p99', 'max', 'otherMs'].map(of),
    ];
  });
  const worst = Math.max(...results.map(({ stoodMs, otherMs }) => Math.max(stoodMs, otherMs)));
  const goals = [
    {
      goal: `hostile: no lawful call holds an event loop for more than ${longestStandMs} ms`,
      value: `${shown(worst)} ms`,
      reached: worst <= longestStandMs,
    },
  ];
  const title = '### large and lawful: what another client notices, asking every 5 ms';
  return { lines: [title, '', table(header, rows)], goals };
}
