import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/project.mjs';
import { shown, table } from '../lib/figures.mjs';
import { cases } from '../lib/cases.mjs';
import { story, StoryClient } from '../lib/customer-stories.mjs';
import { LoadClient } from '../lib/load.mjs';
import { populate } from '../lib/population.mjs';
import { startServer } from '../lib/processes.mjs';

const profiled = ['create', 'read', 'request-interaction'];
const measureMs = 8000;
const warmup = { ms: 1500, answers: 4000 };
const storyOrder = { connections: 32, told: story, warmupMs: 3000, measureMs };
const mostShown = 30;

/** Where the server's processor time goes under load: `node --cpu-prof`, start and end left out. */
export async function measureProfile(bench) {
  const client = await LoadClient.start(bench.closing);
  const stories = await StoryClient.start(bench.closing);
  await populate(bench.postgres.sql);
  const reports = [];
  for (const name of profiled) {
    await cases[name].before?.(bench.postgres.sql);
    const order = { connections: 64, requests: cases[name].requests, warmup, measureMs };
    reports.push(await profileCase(bench, name, client, order));
    bench.progress(`profile: ${name}`);
  }
  reports.push(await profileCase(bench, 'customer-services', stories, storyOrder));
  return reports;
}

async function profileCase({ folder, configFile, postgres, closing }, name, client, order) {
  const profiles = join(folder, `profile-${name}`);
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile };
  const nodeArguments = ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const server = await startServer({ env, nodeArguments }, closing);
  const { port, pid } = server;
  const { serverUs, perSecond } = await client.drive({ port, ...order }, pid, postgres.pid);
  const to = microseconds();
  const from = to - measureMs * 1000;
  await server.stop();
  const profile = JSON.parse(readFileSync(join(profiles, readdirSync(profiles)[0]), 'utf8'));
  return { lines: report(name, selfTimes(profile, from, to), { serverUs, perSecond }), goals: [] };
}

/** The clock that V8 stamps its samples with. */
function microseconds() {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Self time between two moments by function and by area, as shares of all that was not idle. */
function selfTimes({ nodes, samples, timeDeltas, startTime }, from, to) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const functions = new Map();
  const areas = new Map();
  let at = startTime;
  let total = 0;
  for (const [index, id] of samples.entries()) {
    at += timeDeltas[index];
    const { functionName, url, lineNumber } = byId.get(id);
    if (at < from || at > to || functionName === '(idle)') continue;
    const delta = timeDeltas[index];
    const area = areaOf(url, functionName);
    total += delta;
    add(functions, `${functionName || '(anonymous)'} ${place(url, lineNumber)}`, delta);
    add(areas, area, delta);
  }
  const share = (map) =>
    [...map].sort(([, one], [, other]) => other - one).map(([key, us]) => [key, us / total]);
  return { functions: share(functions), areas: share(areas) };
}

function add(map, key, value) {
  map.set(key, (map.get(key) ?? 0) + value);
}

function place(url, line) {
  return url === ''
    ? ''
    : `${url.replace(`file://${root}`, '').replace('node_modules/', '')}:${line + 1}`;
}

/** A package, a folder of ours, a module of Node, or what V8 calls its own work. */
function areaOf(url, functionName) {
  const dependency = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url);
  if (dependency !== null) return dependency[1];
  if (url.includes('/dist/src/'))
    return `ours: ${url.replace(/.*\/dist\/src\//, '').replace(/\/[^/]*$/, '')}`;
  if (url.startsWith('node:')) return url.replace(/^node:(internal\/)?/, 'node: ');
  return functionName.startsWith('(') ? functionName : 'native code';
}

function report(name, { functions, areas }, { serverUs, perSecond }) {
  const rows = (shares) =>
    shares
      .slice(0, mostShown)
      .map(([key, share]) => [key, `${(share * 100).toFixed(1)} %`, shown(share * serverUs)]);
  const header = (what) => [what, 'self', 'µs a request'];
  return [
    `### profile of ${name}: ${shown(perSecond)} a second, ${shown(serverUs)} µs of node CPU each`,
    ...['', table(header('area'), rows(areas)), '', table(header('function'), rows(functions))],
  ];
}
