import { once } from 'node:events';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { connect, exchange, session } from '../../support/bayeux.js';
import { type CometNodes, useCometNodes } from '../../support/comet-nodes.js';
import { expectAtLeastOnce, expectExactlyOnce, startTraffic } from '../../support/comet-traffic.js';
import { eventually } from '../../support/eventually.js';
import type { SpawnedServer } from '../../support/spawned-server.js';
import { useServers } from '../../support/use-servers.js';

const use = useCometNodes(useServers());
let two: CometNodes;

beforeAll(async () => {
  two = await use.start();
});

/** Waits until the node holds so many connects. */
const holds = (server: SpawnedServer, count: number): Promise<void> =>
  eventually(async () => {
    const { text } = await server.request('GET', '/metrics');
    expect(text).toContain(`gms_comet_node_sessions{state="held"} ${count}\n`);
  }, 10_000);

const released = [
  {
    ...{ channel: '/meta/connect', id: '7', successful: true },
    advice: { interval: 0, reconnect: 'retry', timeout: 60_000 },
  },
];

describe('a rolling restart of two nodes under traffic', () => {
  it('costs clients no event and no session, and those that acknowledge no repeat', async () => {
    const ack = true;
    const [polling, pushed] = ['long-polling', 'websocket'] as const;
    const acknowledging = [
      ...(await two.clients(3, { ack, transport: polling })),
      ...(await two.clients(2, { ack, transport: pushed })),
    ];
    const silent = [
      ...(await two.clients(2, { transport: polling })),
      ...(await two.clients(1, { transport: pushed })),
    ];
    const clients = [...acknowledging, ...silent];
    const traffic = startTraffic(
      two.calls,
      clients.map(({ user }) => user),
    );
    try {
      await traffic.goOn(40);
      expect(await two.nodes[0]!.stop()).toBe(0);
      await traffic.goOn(40);
      await two.replace(0);
      expect(await two.nodes[1]!.stop()).toBe(0);
      await traffic.goOn(40);
    } finally {
      await traffic.stop();
    }
    await expectExactlyOnce(traffic, acknowledging);
    // To a client that does not acknowledge, a node that is slow to say goodbye may cost a repeat.
    await expectAtLeastOnce(traffic, silent);
    expect(clients.map(({ clientIds }) => clientIds.length)).toEqual(Array(8).fill(1));
    const failuresOver = (way: string) =>
      clients.filter(({ transport }) => transport === way).flatMap(({ failures }) => failures);
    expect(failuresOver(polling)).toEqual([]);
    // Their socket was closed, because the server goes away; they opened another.
    const closed = failuresOver(pushed).map(({ failure }) => failure);
    expect(closed.filter(({ websocketCode }) => websocketCode !== 1001)).toEqual([]);
  });
});

describe('SIGTERM', () => {
  it('answers held connects at once, and sends their clients on', async () => {
    const server = two.nodes[0]!;
    const polls: Promise<unknown>[] = [];
    for (const user of ['one', 'two']) {
      polls.push(exchange(server, user, connect(await session(server, user))));
    }
    const clientId = await session(server, 'three');
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/genesys/cometd`, {
      headers: { gms_user: 'three' },
    });
    const frames: unknown[] = [];
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8'))));
    const closed = once(socket, 'close') as Promise<[number]>;
    await once(socket, 'open');
    socket.send(JSON.stringify([connect(clientId, { connectionType: 'websocket' })]));
    await holds(server, 3);
    expect(await server.stop()).toBe(0);
    expect(await Promise.all(polls)).toEqual([released, released]);
    expect(frames).toEqual([released]);
    expect((await closed)[0]).toBe(1001);
  });
});
