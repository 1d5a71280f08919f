import { median, shown, spread, table } from '../lib/figures.mjs';
import { LoadClient } from '../lib/load.mjs';
import { populate } from '../lib/population.mjs';
import { startServer } from '../lib/processes.mjs';

const connections = 16;
const warmup = { first: { ms: 2000, answers: 5000 }, later: { ms: 100, answers: 100 } };

/** Another generator of requests each: a form, a read, a form with parameters, a JSON body. */
const routes = {
  'POST storage': 'create',
  'GET storage key': 'read',
  'POST request-interaction': 'requestInteraction',
  'POST publish': 'publish',
};

/**
 * What this checkout costs beside another one, in processor time of the node process for a request.
 * Both servers run at once on one database; bursts alternate, and each burst of one is compared with
 * the burst of the other next to it, so that what else the machine does falls on both.
 */
export async function measureAgainst(bench) {
  const { postgres, configFile, closing, rounds, checkout, progress } = bench;
  if (checkout === undefined) throw new Error('--checkout=FOLDER names the other, built checkout');
  const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile };
  const servers = {
    other: await startServer({ env, folder: checkout }, closing),
    this: await startServer({ env }, closing),
  };
  const client = await LoadClient.start(closing);
  await populate(postgres.sql);
  const rows = [];
  for (const [route, name] of Object.entries(routes)) {
    const pairs = [];
    for (let round = 0; round < rounds; round++) {
      pairs.push(await measurePair({ ...bench, client, servers }, { name }, round));
    }
    const cost = (which) => shown(median(pairs.map((pair) => pair[which])));
    rows.push([
      route,
      cost('other'),
      cost('this'),
      spread(pairs.map((pair) => pair.this / pair.other)),
    ]);
    progress(`against: ${route}`);
  }
  const header = ['route', 'other, node µs', 'this, node µs', 'this ÷ other'];
  return [{ lines: ['### this checkout beside another', '', table(header, rows)], goals: [] }];
}

async function measurePair({ client, servers, postgres, seconds }, requests, round) {
  const names = round % 2 === 0 ? ['other', 'this'] : ['this', 'other'];
  const pair = {};
  for (const name of names) {
    const { port, pid } = servers[name];
    const order = {
      ...{ port, requests, connections, measureMs: seconds * 1000 },
      warmup: round === 0 ? warmup.first : warmup.later,
    };
    pair[name] = (await client.drive(order, pid, postgres.pid)).serverUs;
  }
  return pair;
}
