import { afterAll, describe, expect, it } from '@jest/globals';
import { CometClient, type CometClientOptions, type CometdLibrary } from './comet-client.js';
import { numbered, publishAll, publishTo } from './comet-publishing.js';
import { databaseRows } from './database-rows.js';
import { eventually } from './eventually.js';
import type { TestServer } from './test-server.js';
import { useTestServer } from './use-servers.js';

const ways = [
  { transport: 'long-polling', ack: false },
  { transport: 'long-polling', ack: true },
  { transport: 'websocket', ack: false },
  { transport: 'websocket', ack: true },
] as const;

let users = 0;

/** What every version of the CometD project's client must be able to do here, each way it can. */
export function describeCometdClient(load: () => Promise<CometdLibrary>): void {
  const clients: CometClient[] = [];
  // Comes before the server is closed.
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.stop()));
  });
  const server = useTestServer({ config: { cometd: { timeout: 1000 } } });
  const newClient = async (options: Partial<CometClientOptions> = {}): Promise<CometClient> => {
    const client = new CometClient(await load(), {
      ...{ url: server.url, user: `judge-${users++}` },
      ...options,
    });
    clients.push(client);
    return client;
  };
  const start: Start = async (options) => (await newClient(options)).start();

  describe.each(ways)('over $transport, acknowledgements $ack', (way) => {
    describeMail(server, (options) => start({ ...way, ...options }));
    describeSession(server, (options) => start({ ...way, ...options }));
  });
  describeGateway(server, newClient);
  it.concurrent('keeps its clock with the timesync extension', async () => {
    const library = await load();
    const client = await newClient();
    const extension = new library.TimeSyncExtension();
    client.cometd.registerExtension('timesync', extension);
    await client.start();
    await eventually(() => {
      expect(client.connected.some(({ ext }) => typeof ext?.timesync?.ts === 'number')).toBe(true);
    });
    // Both read the same clock; an answer that was taken for another would be far off.
    expect(Math.abs(extension.getTimeOffset())).toBeLessThan(60_000);
    expect(extension.getNetworkLag()).toBeGreaterThanOrEqual(0);
  });
}

type Start = (options?: Partial<CometClientOptions>) => Promise<CometClient>;

function describeMail(server: TestServer, start: Start): void {
  it.concurrent('gets fifty messages in order, each once', async () => {
    const client = await start();
    await publishAll(server, client.user, numbered(1, 50));
    await publishTo(server, client.user, 'Zoë 🙂 "\u2028"');
    await eventually(() => {
      expect(client.messages).toEqual([...numbered(1, 50), 'Zoë 🙂 "\u2028"']);
    }, 15_000);
    expect(client.data[0]).toEqual({
      ...{ id: expect.stringMatching(/^[0-9a-f]{32}$/), message: '1', tag: 'judge' },
    });
    expect(new Set(client.data.map(({ id }) => id)).size).toBe(51);
    expect(client.failures).toEqual([]);
  });

  it.concurrent(
    'gets nothing of other users, and what is sent to its user with its other sessions',
    async () => {
      const one = await start();
      const [other, stranger] = await Promise.all([start({ user: one.user }), start()]);
      await publishTo(server, one.user, 'ours');
      await publishTo(server, stranger.user, 'theirs');
      await eventually(() => {
        expect([one.messages, other.messages, stranger.messages]).toEqual([
          ...[['ours'], ['ours'], ['theirs']],
        ]);
      });
    },
  );

  it.concurrent(
    'gets nothing more after it has unsubscribed, and goes on when it subscribes again',
    async () => {
      const client = await start();
      const witness = await start({ user: client.user });
      const { cometd } = client;
      await new Promise((resolve) => cometd.unsubscribe(client.subscription, resolve));
      await publishTo(server, client.user, 'meanwhile');
      await eventually(() => expect(witness.messages).toEqual(['meanwhile']));
      expect(client.messages).toEqual([]);
      client.subscribe();
      await eventually(() => expect(client.subscribed).toHaveLength(2));
      await publishTo(server, client.user, 'again');
      await eventually(() => expect(client.messages.at(-1)).toBe('again'));
      expect(client.failures).toEqual([]);
    },
  );
}

function describeSession(server: TestServer, start: Start): void {
  it.concurrent('sends a batch, of which each message is answered', async () => {
    const client = await start();
    const { cometd } = client;
    const answers: any[] = [];
    cometd.batch(() => {
      const note = (reply: any) => answers.push([reply.channel, reply.successful, reply.error]);
      cometd.subscribe('/service/judge', () => undefined, note);
      cometd.publish('/_genesys', { text: 'not for clients' }, note);
      cometd.subscribe('/**', () => undefined, note);
    });
    await eventually(() => {
      expect(answers).toEqual([
        ['/meta/subscribe', true, undefined],
        ['/_genesys', false, '403::publish_denied'],
        ['/meta/subscribe', false, '403::subscribe_denied'],
      ]);
    });
  });

  it.concurrent(
    'handshakes again once the server has forgotten its session, and gets mail again',
    async () => {
      const client = await start();
      await databaseRows(server, 'DELETE FROM comet_session WHERE user_id = $1', [client.user]);
      await eventually(() => expect(client.clientIds).toHaveLength(2), 15_000);
      await eventually(() => expect(client.subscribed).toHaveLength(2));
      await publishTo(server, client.user, 'found again');
      await eventually(() => expect(client.messages).toEqual(['found again']));
      expect(client.failures).toMatchObject([{ error: '402::session_unknown' }]);
    },
  );

  it.concurrent('disconnects, and can come back as somebody new', async () => {
    const client = await start();
    const reply = await new Promise((resolve) => client.cometd.disconnect(resolve));
    expect(reply).toMatchObject({ channel: '/meta/disconnect', successful: true });
    await client.start();
    expect(new Set(client.clientIds).size).toBe(2);
    await publishTo(server, client.user, 'back');
    await eventually(() => expect(client.messages).toEqual(['back']));
  });
}

function describeGateway(server: TestServer, newClient: Start): void {
  it.concurrent(
    'falls back to long-polling where no gateway names its user to the websocket',
    async () => {
      const client = await newClient({ transport: 'websocket', isUserSentOnUpgrade: false });
      await client.start();
      expect(client.transport).toBe('long-polling');
      await publishTo(server, client.user, 'polled');
      await eventually(() => expect(client.messages).toEqual(['polled']));
    },
  );

  it.concurrent('without a user is refused, and does not try again', async () => {
    const client = await newClient({ configuration: { requestHeaders: {} } });
    client.cometd.handshake();
    await eventually(() => {
      expect(client.failures).toMatchObject([
        { successful: false, error: '403::gms_user_required', advice: { reconnect: 'none' } },
      ]);
    });
    expect(client.cometd.isDisconnected()).toBe(true);
  });
}
