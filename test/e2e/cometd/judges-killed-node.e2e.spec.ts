import { beforeAll, describe, expect, it } from '@jest/globals';
import { type CometNodes, useCometNodes } from '../../support/comet-nodes.js';
import {
  type CometTraffic,
  expectAtLeastOnce,
  expectExactlyOnce,
  startTraffic,
} from '../../support/comet-traffic.js';
import { useServers } from '../../support/use-servers.js';

const use = useCometNodes(useServers());
let two: CometNodes;

beforeAll(async () => {
  two = await use.start({ config: { cometd: { timeout: 2000 } } });
});

/** Kills the first node while events go to the users, and has some more go then. */
async function trafficOverKill(users: readonly string[]): Promise<CometTraffic> {
  const traffic = startTraffic(two.calls, users);
  try {
    await traffic.goOn(40);
    await two.nodes[0]!.kill('SIGKILL');
    await traffic.goOn(40);
  } finally {
    await traffic.stop();
  }
  return traffic;
}

describe('kill -9 of one of two nodes under traffic', () => {
  it('loses and doubles nothing with acknowledgements, and ends no session', async () => {
    const clients = [
      ...(await two.clients(4, { ack: true, transport: 'long-polling' })),
      ...(await two.clients(4, { ack: true, transport: 'websocket' })),
    ];
    const traffic = await trafficOverKill(clients.map(({ user }) => user));
    await expectExactlyOnce(traffic, clients);
    expect(clients.map(({ clientIds }) => clientIds.length)).toEqual(Array(8).fill(1));
  });

  it('loses nothing without acknowledgements; what comes again has the same id', async () => {
    await two.replace(0);
    const clients = [
      ...(await two.clients(3, { transport: 'long-polling' })),
      ...(await two.clients(3, { transport: 'websocket' })),
    ];
    const traffic = await trafficOverKill(clients.map(({ user }) => user));
    await expectAtLeastOnce(traffic, clients);
    expect(clients.map(({ clientIds }) => clientIds.length)).toEqual(Array(6).fill(1));
  });
});
