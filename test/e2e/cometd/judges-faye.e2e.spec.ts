import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from '@jest/globals';
import { numbered, publishAll, publishTo } from '../../support/comet-publishing.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';

const { Client } = createRequire(import.meta.url)('faye') as { Client: any };

const server = useTestServer({ config: { cometd: { timeout: 4000 } } });
const clients: any[] = [];
let users = 0;

afterEach(async () => {
  await Promise.all(clients.splice(0).map(leave));
});

/** Disconnects; what the client keeps alive beside that goes with its dispatcher. */
async function leave(client: any): Promise<void> {
  await Promise.race([
    client.disconnect(),
    new Promise((resolve) => setTimeout(resolve, 500).unref()),
  ]);
  client._dispatcher?.close();
}

/** Why something that faye has promised failed. */
const failureOf = (promised: any): Promise<unknown> =>
  new Promise((resolve) => promised.then(() => resolve(undefined), resolve));

/** A client of faye that has subscribed, and what it gets. */
async function start(transport: 'long-polling' | 'websocket') {
  const user = `faye-${users++}`;
  const client = new Client(`${server.url}/genesys/cometd`, { timeout: 10, retry: 0.1 });
  clients.push(client);
  client.setHeader('gms_user', user);
  for (const other of ['websocket', 'eventsource', 'in-process', 'callback-polling']) {
    if (other !== transport) client.disable(other);
  }
  const messages: string[] = [];
  await client.subscribe('/_genesys', ({ message }: { message: string }) => messages.push(message));
  return { client, user, messages };
}

describe.each(['long-polling', 'websocket'] as const)("faye's client over %s", (transport) => {
  it('gets fifty messages in order, each once', async () => {
    const { client, user, messages } = await start(transport);
    expect(client._dispatcher.connectionType).toBe(transport);
    await publishAll(server, user, numbered(1, 50));
    await eventually(() => expect(messages).toEqual(numbered(1, 50)), 15_000);
  });

  it('is told what it may not do', async () => {
    const { client } = await start(transport);
    const published = client.publish('/_genesys', { text: 'not for clients' });
    expect(await failureOf(published)).toMatchObject({ code: 403, message: 'publish_denied' });
    const subscribed = client.subscribe('/foo', () => undefined);
    expect(await failureOf(subscribed)).toMatchObject({ code: 403, message: 'subscribe_denied' });
  });

  it('unsubscribes, and disconnects for good', async () => {
    const { client, user } = await start(transport);
    await client.unsubscribe('/_genesys');
    await client.disconnect();
    await eventually(async () => {
      const query = 'SELECT client_id FROM comet_session WHERE user_id = $1';
      expect(await databaseRows(server, query, [user])).toEqual([]);
    });
  });

  it('handshakes again once the server has forgotten its session, and gets mail again', async () => {
    const { user, messages } = await start(transport);
    const query = 'DELETE FROM comet_session WHERE user_id = $1 RETURNING client_id';
    const [forgotten] = await databaseRows(server, query, [user]);
    await eventually(async () => {
      const rows = await databaseRows(
        server,
        `SELECT client_id FROM comet_session
          WHERE user_id = $1 AND client_id <> $2 AND '/_genesys' = ANY (subscriptions)`,
        [user, forgotten!.client_id],
      );
      expect(rows).toHaveLength(1);
    }, 15_000);
    await publishTo(server, user, 'found again');
    await eventually(() => expect(messages).toEqual(['found again']));
  });
});
