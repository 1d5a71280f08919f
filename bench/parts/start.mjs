import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '../../scripts/lib/project.mjs';
import { residentBytes } from '../lib/cpu.mjs';
import { median, shown, spread, table } from '../lib/figures.mjs';
import { LoadClient } from '../lib/load.mjs';
import { listeningPort, serverEnvironment, startServer } from '../lib/processes.mjs';

const idleMs = 10_000;
const loadMs = 4000;

/**
 * Cold start on an embedded database that exists, until /readyz is 200; and the memory of the node
 * process, idle after its start and idle after some load.
 */
export async function measureStart(bench) {
  const { folder, closing, rounds, progress } = bench;
  // With the demonstration configuration, as after a clone.
  const env = { GMS_DATA_DIR: join(folder, 'start') };
  await (await startServer({ env }, closing)).stop();
  const results = [];
  for (let round = 0; round < rounds; round++) {
    results.push({ node: await nodeStart(env, closing), npm: await npmStart(env, closing) });
    progress(`round ${round + 1}: start`);
  }
  const memory = await measureMemory(env, closing);
  progress('memory');
  return [report(results, memory)];
}

/** Seconds from spawning `node dist/src/main.js` until it is ready. */
async function nodeStart(env, closing) {
  const started = performance.now();
  const server = await startServer({ env }, closing);
  await ready(server.port);
  const seconds = (performance.now() - started) / 1000;
  await server.stop();
  return seconds;
}

/** Seconds from spawning `npm start`; installed and built, as after the first time. */
async function npmStart(env, closing) {
  const started = performance.now();
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    env: { ...serverEnvironment, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: npm passes signals on to a shell that may not.
    detached: true,
  });
  const ended = once(child, 'close');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  closing.add(stop);
  await ready(await listeningPort(child));
  const seconds = (performance.now() - started) / 1000;
  await stop();
  return seconds;
}

async function ready(port) {
  for (;;) {
    const { status } = await fetch(`http://127.0.0.1:${port}/readyz`);
    if (status === 200) return;
    await delay(10);
  }
}

/** Bytes in RAM: idle after the start, and idle after a load of creates and reads. */
async function measureMemory(env, closing) {
  const server = await startServer({ env }, closing);
  await ready(server.port);
  await delay(idleMs);
  const afterStart = residentBytes(server.pid);
  const client = await LoadClient.start(closing);
  await client.startRate({
    ...{ port: server.port, requests: { name: 'create' } },
    ...{ connections: 64, perSecond: 1000 },
  });
  await delay(loadMs);
  await client.stopRate();
  await delay(idleMs);
  const afterLoad = residentBytes(server.pid);
  await server.stop();
  return { afterStart, afterLoad };
}

function report(rounds, { afterStart, afterLoad }) {
  const seconds = (way) => rounds.map((round) => round[way]);
  const megabytes = (bytes) => `${shown(bytes / 1024 ** 2)} MB`;
  const rows = [
    ['cold start to ready, node dist/src/main.js', `${spread(seconds('node'))} s`],
    ['cold start to ready, npm start', `${spread(seconds('npm'))} s`],
    [`node process in RAM, idle ${idleMs / 1000} s after the start`, megabytes(afterStart)],
    [`the same, idle ${idleMs / 1000} s after ${loadMs / 1000} s of load`, megabytes(afterLoad)],
  ];
  const lines = ['### start and memory', '', table(['', 'measured'], rows)];
  const start = median(seconds('npm'));
  const most = Math.max(afterStart, afterLoad);
  const goals = [
    { goal: 'start: at most 3 s to ready', value: `${shown(start)} s`, reached: start <= 3 },
    {
      goal: 'memory: at most 150 MB idle',
      value: megabytes(most),
      reached: most <= 150 * 1024 ** 2,
    },
  ];
  return { lines, goals };
}
