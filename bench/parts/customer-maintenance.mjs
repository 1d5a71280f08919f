import { rmSync } from 'node:fs';
import { get, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { residentBytes } from '../lib/cpu.mjs';
import { emptyCustomerServices, fillCustomerServices, history } from '../lib/customer-services.mjs';
import { StoryClient } from '../lib/customer-stories.mjs';
import { median, shown, spread, table } from '../lib/figures.mjs';
import { startServer } from '../lib/processes.mjs';

const base = '/genesys/1/cs/maintenance';
const all = { time_from: '2000-01-01T00:00:00Z' };
const foreground = { connections: 16, told: ['start', 'end'], perSecond: 200, warmupMs: 2000 };
const aloneMs = 10_000;
const mostFirstByteMs = 200;
const mostGrowthMb = 64;

/**
 * A million services with their states and tasks streamed, written into files and purged by one
 * node: how long until the first byte, how fast, and how much memory the node asks for; and what
 * services that start and end meanwhile notice of it.
 */
export async function measureCustomerMaintenance(bench) {
  const results = [];
  for (let round = 0; round < bench.rounds; round++) {
    await fillCustomerServices(bench.postgres.sql);
    bench.progress(`${history.services.toLocaleString('en')} services`);
    results.push(await measureRound(bench));
    bench.progress(`round ${round + 1}: customer-maintenance`);
  }
  await emptyCustomerServices(bench.postgres.sql);
  return [report(results)];
}

async function measureRound({ folder, postgres, configFile, closing, progress }) {
  const dataDir = join(folder, 'exports');
  const env = {
    ...{ DATABASE_URL: postgres.url, GMS_DATA_DIR: dataDir },
    ...{ GMS_CONFIG: configFile, GMS_CONFIG_RELOAD: 'true' },
  };
  const { port, pid, stop } = await startServer({ env }, closing);
  await warmUp(port);
  const writer = await StoryClient.start(closing);
  const work = {
    ids: () => stream(port, false),
    whole: () => stream(port, true),
    json: () => files(port, 'json'),
    csv: () => files(port, 'csv'),
    purge: () => purge(port),
  };
  const result = { alone: await writeBeside(writer, port, () => delay(aloneMs)) };
  for (const [name, run] of Object.entries(work)) {
    result[name] = await writeBeside(writer, port, () => watchMemory(pid, run));
    progress(name);
  }
  await stop();
  rmSync(dataDir, { recursive: true, force: true });
  return result;
}

/** What is done for the first time is slower, and asks for memory that stays. */
async function warmUp(port) {
  const from = new Date(Date.now() - 20_000_000).toISOString();
  const to = new Date(Date.now() - 10_000_000).toISOString();
  for (const whole of [false, true]) await stream(port, whole, { time_from: from, time_to: to });
  for (const format of ['json', 'csv']) await files(port, format, { time_from: from, time_to: to });
}

/** Runs something while services start and end. */
async function writeBeside(writer, port, run) {
  await writer.startRate({ port, ...foreground });
  await delay(foreground.warmupMs);
  const found = await run();
  return { ...found, writing: await writer.stopRate() };
}

/** What a run adds to the node's memory in RAM at most, looked at 50 times a second. */
async function watchMemory(pid, run) {
  const before = residentBytes(pid);
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, residentBytes(pid))), 20);
  try {
    return { ...(await run()), before: before / 1024 ** 2, growth: (peak - before) / 1024 ** 2 };
  } finally {
    clearInterval(timer);
  }
}

function stream(port, whole, range = all) {
  const query = new URLSearchParams({ ...range, export_content: String(whole) });
  const path = `${base}/services/stream?${query}`;
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const sent = get({ host: '127.0.0.1', port, path }, (response) => {
      let firstByte;
      let bytes = 0;
      let end = '';
      response.on('data', (chunk) => {
        firstByte ??= performance.now() - begun;
        bytes += chunk.length;
        end = chunk.toString('latin1').slice(-1);
      });
      response.on('error', reject);
      response.on('end', () => {
        const isWhole = response.statusCode === 200 && end === ']';
        if (!isWhole) reject(new Error(`a stream of ${response.statusCode} ends with ${end}`));
        else resolve({ firstByte, bytes, seconds: (performance.now() - begun) / 1000 });
      });
    });
    sent.on('error', reject);
  });
}

async function files(port, format, range = all) {
  const body = { ...range, export_content: true, format };
  const { seconds, answer } = await post(port, 'services/files', body);
  const listed = await (await fetch(`http://127.0.0.1:${port}${base}/files`)).json();
  const made = listed.filter(({ name }) => answer.created.includes(name));
  return { seconds, bytes: made.reduce((sum, { size }) => sum + size, 0) };
}

async function purge(port) {
  const body = { limit: new Date().toISOString(), operation: 'purge.service.all' };
  const { seconds, answer } = await post(port, 'purge', body);
  return { seconds, purged: answer.purged };
}

/** Not by fetch, which gives up on an answer that takes more than five minutes. */
function post(port, path, body) {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' };
    const options = { host: '127.0.0.1', port, path: `${base}/${path}`, method: 'POST', headers };
    const sent = request(options, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      if (response.statusCode !== 200) reject(new Error(`${path}: ${text}`));
      else resolve({ seconds: (performance.now() - begun) / 1000, answer: JSON.parse(text) });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

const titles = {
  ids: 'stream of ids',
  whole: 'stream of whole services',
  json: 'files, JSON, whole services',
  csv: 'files, CSV',
  purge: 'purge of all',
};

function report(rounds) {
  const { services, states, tasks } = history;
  const of = (name, field) => spread(rounds.map((round) => round[name][field] ?? NaN));
  const rows = Object.entries(titles).map(([name, title]) => [
    ...[title, of(name, 'firstByte'), of(name, 'seconds')],
    spread(rounds.map((round) => (round[name].purged ?? services) / round[name].seconds)),
    spread(rounds.map((round) => (round[name].bytes ?? NaN) / 1024 ** 2)),
    ...[of(name, 'before'), of(name, 'growth')],
  ]);
  const header = ['', 'first byte ms', 'seconds', 'services a second', 'MB', 'RAM MB', 'more MB'];
  const lines = [
    `### customer-maintenance: ${services.toLocaleString('en')} services, ${states} states and ${tasks} tasks each`,
    ...['', table(header, rows), '', table(writingHeader, writingRows(rounds))],
  ];
  return { lines, goals: goalsOf(rounds) };
}

const writingHeader = [
  `${foreground.perSecond} starts and ends a second`,
  ...['p50 ms', 'p99 ms', 'max ms', 'not 2xx'],
];

function writingRows(rounds) {
  return Object.entries({ alone: 'alone', ...titles }).map(([name, title]) => {
    const writing = rounds.map((round) => round[name].writing);
    return [
      name === 'alone' ? title : `beside ${title}`,
      ...['p50', 'p99', 'max'].map((field) => spread(writing.map((figures) => figures[field]))),
      writing.reduce((sum, { refused }) => sum + refused, 0),
    ];
  });
}

function goalsOf(rounds) {
  const worst = (names, field) =>
    median(rounds.map((round) => Math.max(...names.map((name) => round[name][field]))));
  const firstByte = worst(['ids', 'whole'], 'firstByte');
  const growth = worst(Object.keys(titles), 'growth');
  return [
    {
      goal: `customer-maintenance: first byte within ${mostFirstByteMs} ms`,
      value: `${shown(firstByte)} ms`,
      reached: firstByte <= mostFirstByteMs,
    },
    {
      goal: `customer-maintenance: at most ${mostGrowthMb} MB more in RAM`,
      value: `${shown(growth)} MB`,
      reached: growth <= mostGrowthMb,
    },
  ];
}
