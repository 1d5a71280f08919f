import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import {
  connect,
  exchange,
  handshake,
  mailIn,
  send,
  session,
  subscribe,
} from '../../support/bayeux.js';
import { publishTo } from '../../support/comet-publishing.js';
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/test-database.js';
import type { TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

const servers = useServers();
let database: TestDatabase;
let one: TestServer;
let other: TestServer;

beforeAll(async () => {
  database = await servers.database();
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

describe('a session without acknowledgements', () => {
  it('gets nothing again that was answered just before it went to another node', async () => {
    const nodes = [one, other];
    const user = 'goes to and fro';
    const clientId = await session(one, user);
    const got: string[] = [];
    for (let turn = 0; turn < 20; turn++) {
      const polled = exchange(nodes[turn % 2]!, user, connect(clientId));
      await send(nodes[(turn >> 1) % 2]!, user, String(turn));
      got.push(...mailIn(await polled));
    }
    expect(got).toEqual(Array.from({ length: 20 }, (_, turn) => String(turn)));
  });

  it('gets nothing again when the node that has answered it hangs then', async () => {
    const hanging = await servers.spawn({ database, env: { GMS_NODE_ID: 'hanging' } });
    const user = 'leaves in time';
    const clientId = await session(hanging, user);
    const polled = exchange(hanging, user, connect(clientId));
    await send(one, user, 'answered');
    expect(mailIn(await polled)).toEqual(['answered']);
    await eventually(async () => {
      const query = 'SELECT cursor FROM comet_session WHERE client_id = $1';
      expect(await databaseRows(one, query, [clientId])).toEqual([{ cursor: '1' }]);
    });
    process.kill(hanging.pid, 'SIGSTOP');
    try {
      const quiet = connect(clientId, { advice: { timeout: 0 } });
      expect(mailIn(await exchange(other, user, quiet))).toEqual([]);
    } finally {
      process.kill(hanging.pid, 'SIGCONT');
    }
  });
});

describe('a node that hears late', () => {
  let proxy: DatabaseProxy;
  let late: TestServer;

  beforeAll(async () => {
    proxy = await startDatabaseProxy(database.url);
    late = await servers.start({ database: proxy, env: { GMS_NODE_ID: 'late' } });
  });
  afterAll(() => proxy.close());

  it.each([false, true])(
    'that another one has had its session sends nothing twice (acknowledged: %s)',
    async (ack) => {
      const user = `comes back ${String(ack)}`;
      const clientId = await session(late, user, { ext: { ack } });
      const poll = (acked: number) => connect(clientId, { ext: { ack: acked } });
      proxy.deafen();
      try {
        await publishTo(one, user, 'first');
        expect(mailIn(await exchange(other, user, poll(0)))).toEqual(['first']);
        const back = exchange(late, user, poll(1));
        await publishTo(late, user, 'second');
        expect(mailIn(await back)).toEqual(['second']);
      } finally {
        proxy.recover();
      }
    },
  );

  it('and writes down late what it has sent has nothing of it sent again', async () => {
    const user = 'is written down late';
    const clientId = await session(late, user);
    const polled = exchange(late, user, connect(clientId));
    const keeping = proxy.holdRequest('cometd.keep');
    await publishTo(late, user, 'answered');
    expect(mailIn(await polled)).toEqual(['answered']);
    await keeping.held;
    const next = exchange(other, user, connect(clientId, { advice: { timeout: 0 } }));
    // More than a node that may be dead is waited for.
    await delay(1500);
    keeping.release();
    expect(mailIn(await next)).toEqual([]);
  });
});

it('an event is there for every poll that begins after the publish was answered, at another node too', async () => {
  const missed: string[] = [];
  await Promise.all(
    Array.from({ length: 10 }, async (_, place) => {
      const user = `asks at once ${String(place)}`;
      const clientId = await session(one, user);
      for (let turn = 0; turn < 10; turn++) {
        await publishTo(turn % 2 ? one : other, user, String(turn));
        const poll = connect(clientId, { advice: { timeout: 0 } });
        const got = mailIn(await exchange(one, user, poll));
        if (!got.includes(String(turn))) missed.push(`${user}: ${String(turn)}`);
      }
    }),
  );
  expect(missed).toEqual([]);
});

it('a subscription is there for every poll that begins after it was answered by another node', async () => {
  const clientId = await handshake(one, 'subscribes elsewhere');
  await publishTo(one, 'subscribes elsewhere', 'waits');
  await exchange(other, 'subscribes elsewhere', subscribe(clientId));
  const first = await exchange(one, 'subscribes elsewhere', connect(clientId));
  expect(mailIn(first)).toEqual(['waits']);
});

describe('an acknowledgement of more than the session was sent', () => {
  const forged = [1e15, 3, 2, 2.5, -1, 1e300, '3', null, true, [3], { a: 1 }];
  const asking = (clientId: string, ack: unknown) =>
    connect(clientId, { ext: { ack }, advice: { timeout: 0 } });

  it.each(forged)('of %j loses nothing at the node of the session', async (ack) => {
    const user = `forges ${JSON.stringify(ack)}`;
    const clientId = await session(one, user, { ext: { ack: true } });
    await publishTo(one, user, 'one');
    expect(mailIn(await exchange(one, user, asking(clientId, 0)))).toEqual(['one']);
    await publishTo(one, user, 'two');
    await publishTo(one, user, 'three');
    const replies = await exchange(one, user, asking(clientId, ack));
    expect(mailIn(replies)).toEqual(['one', 'two', 'three']);
    expect(replies.at(-1)!.ext).toEqual({ ack: 3 });
    expect(mailIn(await exchange(one, user, asking(clientId, 3)))).toEqual([]);
    await publishTo(one, user, 'four');
    expect(mailIn(await exchange(one, user, asking(clientId, 3)))).toEqual(['four']);
  });

  it.each([1e15, 3, 2])('of %j loses nothing at another node', async (ack) => {
    const user = `forges elsewhere ${String(ack)}`;
    const clientId = await session(one, user, { ext: { ack: true } });
    await publishTo(one, user, 'one');
    expect(mailIn(await exchange(one, user, asking(clientId, 0)))).toEqual(['one']);
    await publishTo(one, user, 'two');
    await publishTo(one, user, 'three');
    const replies = await exchange(other, user, asking(clientId, ack));
    expect(mailIn(replies)).toEqual(['one', 'two', 'three']);
    expect(mailIn(await exchange(one, user, asking(clientId, 3)))).toEqual([]);
  });
});
