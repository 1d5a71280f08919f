import { setTimeout as delay } from 'node:timers/promises';
import { CometClient } from '../lib/comet-client.mjs';
import { cometServers } from '../lib/comet-servers.mjs';
import { residentBytes } from '../lib/cpu.mjs';
import { median, shown, spread, table } from '../lib/figures.mjs';
import { measureLoss } from './comet-loss.mjs';

const sessions = 2000;
const warmup = { sessions: 100, messages: 1000 };
const messages = { 32: 3000, 1: 300 };

/** What the server still does for sessions that were just set up, ms. */
const settleMs = 2000;

/** Ours first (bench/RESULTS.md, Comet). */
const mostOf = { kilobytes: 25, setUpMs: 0.85, messageMs: 0.48, aloneMs: 10 };

/**
 * Long-polling sessions and messages to them, of our server and of both Bayeux servers that npm
 * has, one after the other in every round, each started anew; then what each loses.
 */
export async function measureComet(bench) {
  const results = Object.fromEntries(Object.keys(cometServers).map((name) => [name, []]));
  for (let round = 0; round < bench.rounds; round++) {
    for (const name of turned(Object.keys(cometServers), round)) {
      results[name].push(await measureServer(bench, name));
      bench.progress(`round ${round + 1}: comet, ${name}`);
    }
  }
  return [report(results), await measureLoss(bench)];
}

/** What else the machine does falls on another one first in every round. */
function turned(names, round) {
  const first = round % names.length;
  return [...names.slice(first), ...names.slice(0, first)];
}

async function measureServer(bench, name) {
  const target = await cometServers[name](bench);
  const client = await CometClient.start(bench.closing);
  const { pid } = bench.postgres;
  await client.open(target, { users: 'warm', count: warmup.sessions }, pid);
  await client.close();
  await delay(settleMs);
  const before = residentBytes(target.pids[0]);
  const setUp = await client.open(target, { users: 'user', count: sessions }, pid);
  await delay(settleMs);
  const after = residentBytes(target.pids[0]);
  const figures = { kilobytes: (after - before) / 1024 / sessions, setUp: eachOf(setUp, sessions) };
  await client.publish(target, { count: warmup.messages, inFlight: 32 }, pid);
  for (const [inFlight, count] of Object.entries(messages).reverse()) {
    const order = { count, inFlight: Number(inFlight) };
    figures[inFlight] = eachOf(await client.publish(target, order, pid), count);
  }
  await client.stop();
  await target.stop();
  return figures;
}

/** Processor time of one session or message, ms. */
function eachOf({ serverUs, postgresUs, ...others }, count) {
  return { ...others, serverMs: serverUs / 1000 / count, postgresMs: postgresUs / 1000 / count };
}

const header = [
  'server',
  'kB a session',
  'set-up: node ms',
  'postgres ms',
  '32 in flight: node ms',
  'postgres ms',
  'per second',
  'p50 ms',
  'p99 ms',
  'alone: p50 ms',
  'p99 ms',
  'lost',
  'doubled',
];

function report(results) {
  const rows = Object.entries(results).map(([name, rounds]) => rowOf(name, rounds));
  const title = `### comet: ${sessions.toLocaleString('en')} long-polling sessions, with acknowledgements`;
  const lines = [
    ...[title, '', table(header, rows), ''],
    '- peers keep everything in memory, know no users and have no ack (faye) or lose it with the process; ours is published over POST /notification/publish and is on the disk when that is answered',
  ];
  return { lines, goals: goalsOf(results.ours) };
}

function rowOf(name, rounds) {
  const of = (pick) => spread(rounds.map(pick));
  const middle = (pick) => shown(median(rounds.map(pick)));
  const isOurs = name === 'ours';
  const total = (field) =>
    rounds.reduce((sum, round) => sum + round[32][field] + round[1][field], 0);
  return [
    name,
    of((round) => round.kilobytes),
    of((round) => round.setUp.serverMs),
    isOurs ? middle((round) => round.setUp.postgresMs) : '–',
    of((round) => round[32].serverMs),
    isOurs ? middle((round) => round[32].postgresMs) : '–',
    middle((round) => round[32].count / round[32].seconds),
    middle((round) => round[32].p50),
    middle((round) => round[32].p99),
    of((round) => round[1].p50),
    middle((round) => round[1].p99),
    ...[total('lost'), total('doubled')],
  ];
}

function goalsOf(rounds) {
  const goal = (what, most, unit, pick) => {
    const value = median(rounds.map(pick));
    return { goal: `comet: ${what}`, value: `${shown(value)} ${unit}`, reached: value <= most };
  };
  return [
    goal('at most 25 kB resident a session', mostOf.kilobytes, 'kB', (one) => one.kilobytes),
    goal('at most 0.85 ms of node CPU a set-up', mostOf.setUpMs, 'ms', (one) => one.setUp.serverMs),
    goal(
      'at most 0.48 ms of node CPU a message, 32 in flight',
      mostOf.messageMs,
      'ms',
      (one) => one[32].serverMs,
    ),
    goal('one message at a time: p50 at most 10 ms', mostOf.aloneMs, 'ms', (one) => one[1].p50),
  ];
}
