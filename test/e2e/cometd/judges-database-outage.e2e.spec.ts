import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, exchange, mailIn, type Message, post, session } from '../../support/bayeux.js';
import { CometClient, loadCometd9 } from '../../support/comet-client.js';
import { publishTo, tryPublishTo } from '../../support/comet-publishing.js';
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';
import type { TestResponse } from '../../support/http-client.js';
import { type RoundRobinProxy, startRoundRobinProxy } from '../../support/round-robin-proxy.js';
import type { TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// Before the servers close, which wait for clients that go on polling.
afterAll(async () => {
  await Promise.all(clients.map((client) => client.stop()));
  await network.close();
  await database.close();
});

const servers = useServers();
const clients: CometClient[] = [];
let database: DatabaseProxy;
let network: RoundRobinProxy;
let server: TestServer;

/** What a raw client saw: polls that were begun before, and what was asked during the outage. */
let held: Promise<Message[]>;
let short: Message[];
let heldWasAnswered = false;
const during = new Map<string, TestResponse>();
const clientIds = { held: '', short: '' };

beforeAll(async () => {
  database = await startDatabaseProxy((await servers.database()).url);
  server = await servers.start({ database, config: { cometd: { timeout: 60_000 } } });
  network = await startRoundRobinProxy([server.url]);
  clientIds.held = await session(server, 'held');
  clientIds.short = await session(server, 'short');
  for (const transport of ['long-polling', 'websocket'] as const) {
    for (const ack of [true, false]) clients.push(await newClient(transport, ack));
  }
  held = exchange(server, 'held', connect(clientIds.held));
  void held.then(() => (heldWasAnswered = true));
  const ending = exchange(server, 'short', connect(clientIds.short, { advice: { timeout: 1500 } }));
  await delay(100);
  await database.cut();
  const restored = delay(10_000).then(() => database.open());
  short = await ending;
  await ask();
  network.abort();
  await restored;
});
async function newClient(transport: 'long-polling' | 'websocket', ack: boolean) {
  const user = `outage ${transport} ${ack}`;
  return new CometClient(await loadCometd9(), { url: network.url, user, transport, ack }).start();
}

async function ask(): Promise<void> {
  const { short: clientId } = clientIds;
  const messages: Record<string, Message> = {
    handshake: { channel: '/meta/handshake' },
    connect: connect(clientId),
    subscribe: { channel: '/meta/subscribe', clientId, subscription: '/_genesys' },
    disconnect: { channel: '/meta/disconnect', clientId },
  };
  for (const [name, message] of Object.entries(messages)) {
    during.set(name, await post(server, 'short', message));
  }
  during.set('publish', await tryPublishTo(server, 'short', 'refused'));
}

describe('while PostgreSQL is away for ten seconds', () => {
  it('a held connect stays held, and ends in its time', () => {
    expect(heldWasAnswered).toBe(false);
    expect(short).toEqual([{ channel: '/meta/connect', id: '7', successful: true }]);
  });

  it.each(['handshake', 'connect', 'subscribe', 'disconnect', 'publish'])(
    '%s is answered 503',
    (name) => {
      const { status, json } = during.get(name)!;
      expect([status, json]).toEqual([
        503,
        { message: expect.any(String), exception: expect.any(String) },
      ]);
    },
  );
});

describe('once PostgreSQL is back', () => {
  it('the connect that was held all the time brings mail', async () => {
    await publishTo(server, 'held', 'after');
    expect(mailIn(await held)).toEqual(['after']);
  });

  it('a session whose connects were refused goes on with its id', async () => {
    await publishTo(server, 'short', 'after');
    await eventually(async () => {
      const replies = await exchange(server, 'short', connect(clientIds.short));
      expect(mailIn(replies)).toEqual(['after']);
    });
  });

  it('clients go on without a handshake, and get mail once', async () => {
    for (const { user } of clients) await publishTo(server, user, 'after');
    await eventually(() => {
      expect(clients.map(({ messages }) => messages)).toEqual(Array(4).fill(['after']));
    }, 20_000);
    expect(clients.map((client) => client.clientIds.length)).toEqual(Array(4).fill(1));
    expect(clients.map(({ transport }) => transport)).toEqual([
      ...['long-polling', 'long-polling', 'websocket', 'websocket'],
    ]);
    const errors = clients.flatMap(({ failures }) => failures.map(({ error }) => error));
    expect(errors.filter((error) => error !== undefined)).toEqual([]);
  });
});
