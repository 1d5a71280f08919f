import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, exchange, mailIn, post, session } from '../../support/bayeux.js';
import { publishTo, tryPublishTo } from '../../support/comet-publishing.js';
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy.js';
import type { TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

const servers = useServers();
let database: DatabaseProxy;
let server: TestServer;

beforeAll(async () => {
  database = await startDatabaseProxy((await servers.database()).url);
  server = await servers.start({ database });
});
afterAll(() => database.close());

it('a database that hangs is answered 503, by however many it is asked, and costs no session', async () => {
  const clientId = await session(server, 'waits');
  // The second is held; it looks in the database before that, which does not hang yet.
  await exchange(server, 'waits', connect(clientId, { advice: { timeout: 0 } }));
  const held = exchange(server, 'waits', connect(clientId));
  await delay(1000);
  database.hang();
  const greet = (place: number) =>
    post(server, `new ${String(place)}`, { channel: '/meta/handshake' });
  const all = await Promise.all([
    ...Array.from({ length: 10 }, (_, place) => greet(place)),
    ...Array.from({ length: 10 }, (_, place) => tryPublishTo(server, 'waits', `lost ${place}`)),
  ]);
  expect(all.map(({ status }) => status)).toEqual(Array(20).fill(503));
  database.recover();
  await publishTo(server, 'waits', 'after');
  // What was under way when it hung may have been stored, and comes before: nobody can know.
  for (let mail = mailIn(await held); !mail.includes('after');) {
    mail = mailIn(await exchange(server, 'waits', connect(clientId)));
  }
}, 60_000);
