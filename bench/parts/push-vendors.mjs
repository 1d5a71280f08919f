import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processCpu, treeCpu } from '../lib/cpu.mjs';
import { median, shown, spread, table } from '../lib/figures.mjs';
import { LoadClient } from '../lib/load.mjs';
import { message, startHelper, startServer } from '../lib/processes.mjs';
import { removeSubscriptions } from '../lib/subscriptions.mjs';

/** 10 events a second, each for 50 devices of Apple and 50 of Google. */
const eventsPerSecond = 10;
const devices = 100;
const warmupMs = 4000;
const measureMs = 15_000;

/** What is slow or tried again has come to its end by then, ms. */
const restMs = 12_000;
const most = 1000;

/**
 * 1,000 pushes a second to local APNs and FCM servers of which some refuse: from the moment of
 * publishing to the first try of each push, whether the ledger balances, and what a push costs.
 */
export async function measurePushVendors(bench) {
  const { postgres, configFile, closing, rounds, progress } = bench;
  await removeSubscriptions(postgres.sql);
  const peers = await startHelper('push-vendors', undefined, closing);
  const { cert, push } = await message(peers);
  const file = (name, text) => {
    const path = join(dirname(configFile), name);
    writeFileSync(path, text);
    return path;
  };
  const env = {
    DATABASE_URL: postgres.url,
    NODE_EXTRA_CA_CERTS: file('vendors.pem', cert),
    GMS_CONFIG: file('vendors.yaml', JSON.stringify({ push })),
    GMS_CONFIG_RELOAD: 'true',
  };
  const server = await startServer({ env }, closing);
  const client = await LoadClient.start(closing);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    await removeSubscriptions(postgres.sql);
    await postgres.sql('TRUNCATE push_ledger');
    await subscribe(server.port);
    results.push(await measureRound({ postgres, server, client, peers }));
    progress(`round ${round + 1}: push to APNs and FCM`);
  }
  await server.stop();
  await removeSubscriptions(postgres.sql);
  return [report(results)];
}

/** More than each event is for: devices that are gone end their subscriptions. */
async function subscribe(port) {
  for (let device = 0; device < devices; device++) {
    const response = await fetch(`http://127.0.0.1:${port}/genesys/1/notification/subscription`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        ...{ subscriberId: 'bench', filter: 'bench.*', expire: 3600 },
        notificationDetails: { type: device % 2 ? 'ios' : 'fcm', deviceId: `device-${device}` },
      }),
    });
    if (response.status !== 200) throw new Error(`subscribe: ${await response.text()}`);
  }
}

async function measureRound({ postgres, server, client, peers }) {
  const keepAlive = keepDevices(postgres);
  const rate = { port: server.port, connections: 16, perSecond: eventsPerSecond };
  await client.startRate({ ...rate, requests: { name: 'publishMoment' } });
  await delay(warmupMs);
  await client.stopRate();
  await delay(restMs / 2);
  await ask(peers, 'begin');
  const pids = [server.pid, peers.pid];
  const cpu = () => [...pids.map(processCpu), treeCpu(postgres.pid)];
  const before = cpu();
  const began = performance.now();
  await client.startRate({ ...rate, requests: { name: 'publishMoment' } });
  await delay(measureMs);
  const { refused } = await client.stopRate();
  const seconds = (performance.now() - began) / 1000;
  const after = cpu();
  await delay(restMs);
  const { came, tries, p50, p99 } = await ask(peers, 'end');
  clearInterval(keepAlive);
  const [nodeUs, peersUs, postgresUs] = after.map((used, at) => (used - before[at]) / came);
  const book = await ledger(server.port);
  return {
    came,
    tries,
    refused,
    perSecond: came / seconds,
    p50,
    p99,
    nodeUs,
    peersUs,
    postgresUs,
    ...book,
  };
}

/** Devices come back, as apps do that are installed again: the rate stays what it is. */
function keepDevices({ sql }) {
  return setInterval(() => {
    sql(`UPDATE push_subscription SET ended_at = NULL, end_code = NULL WHERE ended_at IS NOT NULL`)
      // The next one does it.
      .catch(() => undefined);
  }, 250);
}

async function ledger(port) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = text.matchAll(/^gms_push_deliveries\{state="(\w+)"\} (\d+)$/gm);
  const book = Object.fromEntries([...lines].map(([, state, count]) => [state, Number(count)]));
  const { accepted = 0, delivered = 0, pending = 0, dead = 0, expired = 0 } = book;
  return { accepted, delivered, dead, left: accepted - delivered - pending - dead - expired };
}

function ask(child, kind) {
  child.send({ kind });
  return message(child);
}

const columns = [
  ...[
    ['pushes a second', 'perSecond'],
    ['first try: p50 ms', 'p50'],
    ['p99 ms', 'p99'],
  ],
  ...[
    ['node µs a push', 'nodeUs'],
    ['postgres µs', 'postgresUs'],
    ['APNs and FCM µs', 'peersUs'],
  ],
  ...[
    ['tries', 'tries'],
    ['accepted', 'accepted'],
    ['delivered', 'delivered'],
    ['dead', 'dead'],
  ],
  ['out of balance', 'left'],
];

function report(results) {
  const row = columns.map(([, field]) => spread(results.map((round) => round[field])));
  const title = '### push-vendors: 100 devices, 10 events a second, to local APNs and FCM';
  const p99 = median(results.map((round) => round.p99));
  const balanced = results.every(({ left }) => left === 0);
  return {
    lines: [
      title,
      '',
      table(
        columns.map(([name]) => name),
        [row],
      ),
    ],
    goals: [
      {
        goal: `push-vendors: from publishing to the first try, p99 at most ${most} ms`,
        ...{ value: `${shown(p99)} ms`, reached: p99 <= most },
      },
      { goal: 'push-vendors: the ledger balances', value: String(balanced), reached: balanced },
    ],
  };
}
