import { setTimeout as delay } from 'node:timers/promises';
import { emptyCustomerServices, fillCustomerServices, history } from '../lib/customer-services.mjs';
import { StoryClient } from '../lib/customer-stories.mjs';
import { median, percentile, shown, spread, table } from '../lib/figures.mjs';
import { LoadClient } from '../lib/load.mjs';
import { startServer } from '../lib/processes.mjs';

/** Histories a second, and beside them starts and ends a second (issue 4). */
const reads = 200;
const writes = 200;
const mostMs = 20;
const warmupMs = 3000;
const measureMs = 15_000;

/**
 * A customer's history among a million services with their states and tasks, at a fixed rate, alone
 * and while services start and end.
 */
export async function measureCustomerHistory(bench) {
  const { postgres, configFile, closing, rounds, progress } = bench;
  await fillCustomerServices(postgres.sql);
  progress(`${history.services.toLocaleString('en')} services`);
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile, GMS_CONFIG_RELOAD: 'true' };
  const { port, stop } = await startServer({ env }, closing);
  const clients = {
    reader: await LoadClient.start(closing),
    writer: await StoryClient.start(closing),
  };
  const results = [];
  for (let round = 0; round < rounds; round++) {
    results.push({ alone: await readHistories(clients, port) });
    Object.assign(results[round], await readBesideWrites(clients, port));
    progress(`round ${round + 1}: customer-history`);
  }
  await stop();
  await emptyCustomerServices(postgres.sql);
  return [report(results)];
}

async function readHistories({ reader }, port) {
  const requests = { name: 'customerHistory' };
  await reader.startRate({ port, requests, connections: 16, perSecond: reads });
  const from = Date.now() + warmupMs;
  await delay(warmupMs + measureMs);
  const { samples, refused } = await reader.stopRate();
  const latencies = samples.filter(([due]) => due >= from).map(([, ms]) => ms);
  const sorted = Float64Array.from(latencies).sort();
  return {
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    max: sorted.at(-1),
    refused,
  };
}

async function readBesideWrites(clients, port) {
  const told = ['start', 'end'];
  await clients.writer.startRate({ port, connections: 16, told, perSecond: writes, warmupMs });
  const beside = await readHistories(clients, port);
  return { beside, writing: await clients.writer.stopRate() };
}

const titles = {
  alone: `${reads} histories a second`,
  beside: `the same beside ${writes} starts and ends a second`,
  writing: `those starts and ends`,
};

function report(rounds) {
  const rows = Object.entries(titles).map(([name, title]) => {
    const figures = rounds.map((round) => round[name]);
    return [
      ...[title, spread(figures.map(({ p50 }) => p50)), spread(figures.map(({ p99 }) => p99))],
      ...[shown(median(figures.map(({ max }) => max)))],
      figures.reduce((sum, { refused }) => sum + refused, 0),
    ];
  });
  const p99 = median(rounds.map(({ beside }) => beside.p99));
  const { services, states, tasks } = history;
  return {
    lines: [
      `### Context Services: a customer's history among ${services.toLocaleString('en')} services with ${states} states and ${tasks} tasks each`,
      ...['', table(['load', 'p50 ms', 'p99 ms', 'max ms', 'not 2xx'], rows)],
    ],
    goals: [
      {
        goal: `customer-history: p99 at most ${mostMs} ms beside writes`,
        value: `${shown(p99)} ms`,
        reached: p99 <= mostMs,
      },
    ],
  };
}
