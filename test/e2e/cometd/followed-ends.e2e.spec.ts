import { beforeAll, expect, it } from '@jest/globals';
import { exchange, handshake } from '../../support/bayeux.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { SpawnedServer } from '../../support/spawned-server.js';
import type { TestDatabase } from '../../support/test-database.js';
import { useServers } from '../../support/use-servers.js';
import { Sweeper } from '../../../src/core/scheduling/index.js';

// docs/compatibility.md, CometD, Messages: the end of a session reaches the part of the server that
// follows sessions at least once, also when the node dies in between
const servers = useServers();
let database: TestDatabase;

const rows = (text: string, values: readonly unknown[] = []): Promise<any[]> =>
  databaseRows({ databaseUrl: database.url }, text, values);

const spawn = (node: string, follower: string): Promise<SpawnedServer> =>
  servers.spawn({
    database,
    program: 'test/support/following-server.mjs',
    config: { cometd: { max_interval: 2 } },
    env: { GMS_NODE_ID: node, FOLLOWER: follower, GMS_SWEEP_INTERVAL_MS: '200' },
  });

const told = (clientId: string): Promise<any[]> =>
  rows('SELECT node, kind, ext FROM life_log WHERE client_id = $1 ORDER BY place', [clientId]);

beforeAll(async () => {
  database = await servers.database();
  await rows(`CREATE TABLE life_log (place bigint GENERATED ALWAYS AS IDENTITY,
                client_id text, node text, kind text, ext text)`);
});

it('ends of comet sessions reach those who follow them although the node that ended them is killed', async () => {
  const dies = await spawn('dies', 'hangs');
  const leaves = await handshake(dies, 'leaves');
  const ext = { transcriptPosition: 3 };
  const message = { channel: '/meta/disconnect', clientId: leaves, ext };
  expect(await exchange(dies, 'leaves', message)).toMatchObject([{ successful: true }]);
  const taken = { kind: 'disconnected', ext: JSON.stringify(ext) };
  await eventually(async () => {
    expect(await told(leaves)).toEqual([{ node: 'dies', ...taken }]);
  }, 15_000);
  const silent = await handshake(dies, 'silent');
  await dies.kill('SIGKILL');
  const lives = await spawn('lives', 'fails');
  await eventually(async () => {
    expect((await told(leaves)).slice(1)).toEqual([{ node: 'lives', ...taken }]);
    const lost = { node: 'lives', kind: 'lost', ext: '{}' };
    expect(await told(silent)).toEqual([lost, lost]);
    expect(await rows('SELECT FROM comet_session_end')).toEqual([]);
  }, 30_000);
  await lives.stop();
}, 90_000);

it('of two nodes one tells of each end of a comet session', async () => {
  const two = await Promise.all([spawn('one', 'takes'), spawn('other', 'takes')]);
  const ids = await Promise.all(
    Array.from({ length: 30 }, (_, place) => handshake(two[place % 2]!, `ends ${String(place)}`)),
  );
  await Promise.all(
    ids.map((clientId, place) =>
      exchange(two[(place >> 1) % 2]!, `ends ${String(place)}`, {
        ...{ channel: '/meta/disconnect', clientId },
      }),
    ),
  );
  await eventually(async () => {
    expect(await rows('SELECT FROM comet_session_end')).toEqual([]);
  }, 15_000);
  const query = 'SELECT client_id FROM life_log WHERE client_id = ANY ($1)';
  const ended = (await rows(query, [ids])).map(({ client_id }) => client_id);
  expect(ended.toSorted()).toEqual(ids.toSorted());
}, 60_000);

it('nothing is noted of ends of comet sessions that nobody follows', async () => {
  const server = await servers.start({ config: { cometd: { max_interval: 1, retention: 0 } } });
  await exchange(server, 'unfollowed', {
    ...{ channel: '/meta/disconnect', clientId: await handshake(server, 'unfollowed') },
  });
  await databaseRows(
    server,
    `INSERT INTO comet_session_end (client_id, user_id, kind, ended_at)
     VALUES ('forgotten', 'x', 'lost', now() - interval '2 days')`,
  );
  await handshake(server, 'silent');

  await eventually(async () => {
    await server.app.get(Sweeper, { strict: false }).sweepNow();
    expect(await databaseRows(server, 'SELECT FROM comet_session')).toEqual([]);
  }, 15_000);
  expect(await databaseRows(server, 'SELECT FROM comet_session_end')).toEqual([]);
});
