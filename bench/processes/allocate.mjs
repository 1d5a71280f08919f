// Gives a pool of numbers away through the server's own repositories. Started and asked by
// bench/parts/allocation.mjs.
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { percentile } from '../lib/figures.mjs';
import { importBuilt } from '../lib/postgres.mjs';

const group = 'drain';
const bookingSeconds = 1800;
const ownerEnd = new Date(Date.now() + bookingSeconds * 1000);

let callers;
let ways;

process.on('message', (order) => {
  const work = 'url' in order ? open(order) : drain(ways[order.way]);
  work.then(
    (answer) => process.send(answer),
    (error) => process.send({ failure: error.stack }),
  );
});
process.on('disconnect', () => process.exit());

/** Builds what Nest would, on a pool like that of DatabaseModule. */
async function open(order) {
  callers = order.callers;
  const { Database, DiskSpace, UnitOfWork } = await importBuilt('src/core/database/index.js');
  const dataSource = new DataSource({
    ...{ type: 'postgres', url: order.url, poolSize: 16, installExtensions: false },
    extra: {
      ...{ query_timeout: 8000, keepAlive: true },
      options: '-c enable_seqscan=off -c jit=off',
    },
  });
  await dataSource.initialize();
  const database = new Database(dataSource, new DiskSpace());
  const log = { warn: console.error, error: console.error };
  ways = await waysOn(database, new UnitOfWork(dataSource, log));
  return { ready: true };
}

async function waysOn(database, unitOfWork) {
  const made = (path) => importBuilt(`src/modules/access-resources/${path}.js`);
  const { AccessNumberRepository } = await made('access-number.repository');
  const { AccessGrantRepository } = await made('access-grant.repository');
  const { AccessResources } = await made('access-resources.service');
  const numbers = new AccessNumberRepository(database);
  const grants = new AccessGrantRepository(database);
  const access = new AccessResources(numbers, grants, configuration);
  const take = async () => (await numbers.take(group, bookingSeconds, ownerEnd))?.number;
  const allocate = () =>
    unitOfWork.run(() => access.allocate(requestOf(randomUUID()))).then(numberOf, unlessExhausted);
  return { take: untilEmpty(numbers, take), allocate };
}

/** The one group that there is. */
const configuration = {
  find: () => ({ _allocation_strategy: 'CLUSTER', _backup_resource: '' }),
  get: () => ({ default_country: '' }),
};

function requestOf(ownerId) {
  return { ownerId, ownerEnd, group, ani: '+14150000000', codeLength: 6, bookingSeconds };
}

function numberOf({ accessNumber }) {
  return accessNumber;
}

function unlessExhausted(error) {
  if (error.code === 'ResourceUnavailable') return undefined;
  throw error;
}

/** Nothing may be free only because others hold it this very moment: asked again, as the server does. */
function untilEmpty(numbers, take) {
  return async () => {
    for (;;) {
      const number = await take();
      if (number !== undefined || !(await numbers.findExhaustion(group)).anyFree) return number;
    }
  };
}

/** Lets all callers take numbers at once until there are no more. */
async function drain(take) {
  const numbers = [];
  const latencies = [];
  const started = performance.now();
  let seconds = 0;
  const call = async () => {
    for (;;) {
      const asked = performance.now();
      const number = await take();
      if (number === undefined) return;
      const now = performance.now();
      numbers.push(number);
      latencies.push(now - asked);
      // The last number given away ends the measurement, not the refusals after it.
      seconds = (now - started) / 1000;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  latencies.sort((one, other) => one - other);
  const summary = { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
  return { numbers, seconds, latencies: summary };
}
