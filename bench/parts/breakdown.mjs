import { startBaseline } from '../lib/baseline.mjs';
import { median, shown, spread, table } from '../lib/figures.mjs';
import { LoadClient } from '../lib/load.mjs';
import { populate } from '../lib/population.mjs';
import { message, startHelper, startServer } from '../lib/processes.mjs';
import { serverStatements } from '../lib/statements.mjs';

const warmup = { first: { ms: 1000, answers: 5000 }, later: { ms: 300, answers: 500 } };

const path = (target) => ({ name: 'path', path: target });

/** From the least to the most; what a step costs is the difference to one before. */
const steps = [
  { title: 'bare node:http, hello', server: 'bare', requests: path('/hello') },
  { title: 'prepared Express, hello', server: 'nest', requests: path('/express') },
  { title: 'Nest on it, hello', server: 'nest', requests: path('/hello') },
  { title: 'ours, GET /genesys/1/node', server: 'ours', requests: path('/genesys/1/node') },
  { title: 'ours, a route that is not there', server: 'ours', requests: path('/none') },
  { title: 'bare, storage read', server: 'bare', requests: { name: 'read' } },
  { title: 'ours, storage read', server: 'ours', requests: { name: 'read' } },
  { title: 'bare, storage create', server: 'bare', requests: { name: 'create' } },
  { title: 'ours, storage create', server: 'ours', requests: { name: 'create' } },
];

/** What each layer costs, in processor time of the node process, for whoever tunes. */
export async function measureBreakdown(bench) {
  const { postgres, configFile, closing, rounds, progress } = bench;
  const nest = await startHelper('nest-hello', undefined, closing);
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile };
  const servers = {
    bare: await startBaseline(postgres.url, await serverStatements(), closing),
    nest: { ...(await message(nest)), pid: nest.pid },
    ours: await startServer({ env }, closing),
  };
  const client = await LoadClient.start(closing);
  const results = steps.map(() => []);
  for (let round = 0; round < rounds; round++) {
    await populate(postgres.sql);
    for (const [index, step] of steps.entries()) {
      results[index].push(
        await measureStep({ ...bench, client }, servers[step.server], step, round),
      );
    }
    progress(`round ${round + 1}: breakdown`);
  }
  await servers.ours.stop();
  return [{ lines: report(results), goals: [] }];
}

function measureStep({ client, postgres, seconds }, { port, pid }, { requests }, round) {
  const order = {
    ...{ port, requests, connections: 64 },
    warmup: round === 0 ? warmup.first : warmup.later,
    measureMs: seconds * 1000,
  };
  return client.drive(order, pid, postgres.pid);
}

function report(results) {
  const header = ['step', 'per second', 'p50 ms', 'p99 ms', 'node µs', 'postgres µs', 'client µs'];
  const rows = steps.map(({ title }, index) => {
    const middle = (field) => shown(median(results[index].map((one) => one[field])));
    const rates = spread(results[index].map(({ perSecond }) => perSecond));
    return [title, rates, ...['p50', 'p99', 'serverUs', 'postgresUs', 'clientUs'].map(middle)];
  });
  return ['### what a request costs, layer by layer', '', table(header, rows)];
}
