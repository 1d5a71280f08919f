import { beforeAll, describe, expect, it } from '@jest/globals';
import { connect, exchange, handshake, mailIn, send, subscribe } from '../../support/bayeux.js';
import type { TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

const servers = useServers();
let one: TestServer;
let other: TestServer;

beforeAll(async () => {
  const database = await servers.database();
  one = await servers.start({ database });
  other = await servers.start({ database, env: { GMS_NODE_ID: 'other' } });
});

describe('a session that goes to another node', () => {
  it.each([false, true])(
    'does not get again what its first connect has brought (acknowledged: %s)',
    async (ack) => {
      for (let time = 0; time < 10; time++) {
        const user = `goes ${ack} ${time}`;
        const clientId = await handshake(one, user, { ext: { ack } });
        await exchange(one, user, subscribe(clientId));
        await send(one, user, 'first');
        const told = await exchange(one, user, connect(clientId, { ext: { ack: 0 } }));
        expect(mailIn(told)).toEqual(['first']);
        const next = connect(clientId, { ext: { ack: 1 }, advice: { timeout: 0 } });
        expect(mailIn(await exchange(other, user, next))).toEqual([]);
      }
    },
  );
});
