import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CometClient } from '../../support/comet-client.js';
import { type CometNodes, useCometNodes } from '../../support/comet-nodes.js';
import { publishTo } from '../../support/comet-publishing.js';
import {
  expectAtLeastOnce,
  expectExactlyOnce,
  startTraffic,
  withoutRepeats,
} from '../../support/comet-traffic.js';
import { eventually } from '../../support/eventually.js';
import { useServers } from '../../support/use-servers.js';

const use = useCometNodes(useServers());
let two: CometNodes;

beforeAll(async () => {
  two = await use.start({ config: { cometd: { timeout: 2000 } } });
});

/** Has traffic go to the clients, and something be done meanwhile. */
async function expectAllUnder(
  clients: readonly CometClient[],
  during: () => Promise<void> | void = () => undefined,
  isAcknowledged = true,
): Promise<void> {
  const traffic = startTraffic(
    two.calls,
    clients.map(({ user }) => user),
  );
  try {
    await traffic.goOn(40);
    await during();
    await traffic.goOn(40);
  } finally {
    await traffic.stop();
  }
  // Without acknowledgements a slow node may not have said in time what its client has: then it
  // comes again, with the same id.
  await (isAcknowledged ? expectExactlyOnce : expectAtLeastOnce)(traffic, clients);
}

describe('two nodes of which either gets any request', () => {
  it.each([
    { transport: 'long-polling', ack: true },
    { transport: 'long-polling', ack: false },
    { transport: 'websocket', ack: true },
    { transport: 'websocket', ack: false },
  ] as const)('bring all events in order, with acknowledgements once, over %j', async (way) => {
    const clients = await two.clients(4, way);
    await expectAllUnder(clients, undefined, way.ack);
    expect(clients.map(({ clientIds }) => clientIds.length)).toEqual(Array(4).fill(1));
    expect(clients.flatMap(({ failures }) => failures)).toEqual([]);
    for (const { url } of two.nodes) expect(two.proxy.served.get(url)).toBeGreaterThan(20);
  });

  it('bring an event to all sessions of its user, wherever each of them is held', async () => {
    const user = 'judge-everywhere';
    const clients = await Promise.all(
      (['long-polling', 'websocket'] as const).flatMap((transport) =>
        [true, false].map((ack) => two.client({ user, transport, ack })),
      ),
    );
    for (const node of two.nodes) await publishTo(node, user, node.url);
    const wanted = two.nodes.map(({ url }) => url);
    await eventually(() => {
      expect(clients.map(({ data }) => withoutRepeats(data))).toEqual(Array(4).fill(wanted));
    });
  });

  it('take a subscription while the connect is held by the other one', async () => {
    const client = await two.client({ user: 'judge-later', ack: true });
    await new Promise((resolve) => client.cometd.unsubscribe(client.subscription, resolve));
    const replies = client.connected.length;
    await eventually(() => expect(client.connected.length).toBeGreaterThan(replies));
    client.subscribe();
    await eventually(() => expect(client.subscribed).toHaveLength(2));
    await publishTo(two.calls, client.user, 'heard');
    await eventually(() => expect(client.messages).toEqual(['heard']));
  });
});

describe('a network that breaks polls, with acknowledgements', () => {
  it('by hanging up loses and doubles nothing', async () => {
    const clients = [
      ...(await two.clients(4, { ack: true })),
      ...(await two.clients(2, { ack: true, transport: 'websocket' })),
    ];
    let broken = 0;
    await expectAllUnder(clients, async () => {
      for (let times = 0; times < 10; times++) {
        await eventually(() => expect((broken += two.proxy.abort())).toBeGreaterThan(times));
      }
    });
    expect(clients.map(({ clientIds }) => clientIds.length)).toEqual(Array(6).fill(1));
  });

  it('by swallowing what the server has answered loses and doubles nothing', async () => {
    const clients = await two.clients(5, { ack: true });
    await expectAllUnder(clients, async () => {
      two.proxy.swallow(20, (path) => path.endsWith('/connect'));
      await eventually(() => expect(two.proxy.toSwallow).toBe(0), 20_000);
    });
    expect(clients.map(({ clientIds }) => clientIds.length)).toEqual(Array(5).fill(1));
  });
});
