import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { CometMail } from '../../../src/modules/cometd/index.js';
import { CometHandshakeRepository } from '../../../src/modules/cometd/session/comet-handshake.repository.js';
import { handshake, newId } from '../../support/bayeux.js';
import { publish, subscribe } from '../../support/notification.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/decisions/0010-comet-delivery.md: users are locked in one order, whatever the database sorts by
const servers = useServers();
const name = `gms_collation_${randomBytes(6).toString('hex')}`;
let server: TestServer;

const onServer = async (text: string): Promise<void> => {
  const client = new Client({ connectionString: process.env.TEST_POSTGRES_URL });
  await client.connect();
  await client.query(text).finally(() => client.end());
};

beforeAll(async () => {
  await onServer(
    `CREATE DATABASE ${name} LOCALE_PROVIDER icu ICU_LOCALE 'de' ENCODING 'UTF8' TEMPLATE template0`,
  );
  const url = new URL(process.env.TEST_POSTGRES_URL!);
  url.pathname = `/${name}`;
  server = await servers.start({ database: { url: url.href } });
});
afterAll(async () => {
  await server.close();
  await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
});

/** In the order of their bytes. German sorts the second one first, UTF-16 the last but one. */
const users = ['B', 'a', '\uff5e', '😀'];
const backwards = users.toReversed();

const provided = <Kind>(kind: abstract new (...values: any[]) => Kind): Kind =>
  server.app.get(kind, { strict: false });

const works: [string, () => Promise<unknown>][] = [
  [
    'mail of the same call',
    () =>
      provided(CometMail).send(
        backwards.map((user) => ({ user, id: newId(), data: { message: 'x' } })),
      ),
  ],
  ['an event for subscribers', () => publish(server, { tag: 'collated', message: 'x' })],
  [
    'events that are stored together',
    () =>
      databaseRows(server, 'SELECT comet_append_many($1, $2, $3)', [
        ...[backwards, backwards.map(() => newId()), backwards.map(() => '{}')],
      ]),
  ],
  [
    'handshakes that come together',
    () =>
      Promise.all(
        backwards.map((user) =>
          provided(CometHandshakeRepository).create(
            { clientId: newId().padEnd(40, '0'), user, acknowledges: false, owner: 'a node' },
            { maxIntervalSeconds: 60, retentionSeconds: 60, maxPerUser: 20 },
          ),
        ),
      ),
  ],
];

it('the database sorts by another order than that of bytes', async () => {
  const sorted = 'SELECT name FROM unnest($1::text[]) AS name ORDER BY name';
  const names = (await databaseRows(server, sorted, [users])).map((row) => row.name);
  expect(names).not.toEqual(users);
  for (const user of users) {
    await handshake(server, encodeURI(user) === user ? user : Buffer.from(user).toString('latin1'));
    await subscribe(
      server,
      {
        ...{ subscriberId: user, filter: 'collated', expire: 600 },
        notificationDetails: { type: 'comet' },
      },
      { gms_user: Buffer.from(user).toString('latin1') },
    );
  }
});

it.each(works)('%s: users are locked in the order of their bytes', async (_, work) => {
  const holder = new Client({ connectionString: server.databaseUrl });
  await holder.connect();
  try {
    const lock = 'SELECT FROM comet_user WHERE user_id = ANY ($1) FOR UPDATE NOWAIT';
    await holder.query('BEGIN');
    expect((await holder.query(lock, [users.slice(0, 1)])).rowCount).toBe(1);
    const working = work();
    await eventually(async () => {
      const waiting = `SELECT FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      expect((await databaseRows(server, waiting)).length).toBeGreaterThan(0);
    });
    // Whatever waits for the first has locked none of the others.
    expect((await holder.query(lock, [users.slice(1)])).rowCount).toBe(3);
    await holder.query('COMMIT');
    await working;
  } finally {
    await holder.end();
  }
});
