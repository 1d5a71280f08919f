import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Client } from 'pg';
import { WebSocket } from 'ws';
import { connect, exchange, post, session, subscribe } from '../../support/bayeux.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, CometD, Delivery: what a client still wants when its connection ends is
// dropped
const server = useTestServer();
let holder: Client;

beforeEach(async () => {
  holder = new Client({ connectionString: server.databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
});
afterEach(() => holder.end());

/** A session whose row is locked, and one that would be ended by what waits behind it. */
async function twoSessions(user: string): Promise<{ messages: object[]; lives: string }> {
  const [held, lives] = [await session(server, user), await session(server, user)];
  await holder.query('SELECT FROM comet_session WHERE client_id = $1 FOR UPDATE', [held]);
  return { messages: [subscribe(held), { channel: '/meta/disconnect', clientId: lives }], lives };
}

async function waitsForLock(): Promise<void> {
  await eventually(async () => {
    const text = `SELECT FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'
                     AND query LIKE '%string_to_array%'`;
    expect(await databaseRows(server, text)).toHaveLength(1);
  });
}

/** Lets the first message be done, and looks whether the second was dropped. */
async function expectAlive(user: string, clientId: string): Promise<void> {
  await holder.query('COMMIT');
  // What was not dropped would be done before this one is answered.
  for (let time = 0; time < 5; time++) await exchange(server, user, subscribe(clientId));
  const quiet = connect(clientId, { advice: { timeout: 200 } });
  expect(await exchange(server, user, quiet)).toMatchObject([{ successful: true }]);
}

it('messages that wait behind others on a websocket are dropped when it ends', async () => {
  const { messages, lives } = await twoSessions('leaves');
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/genesys/cometd`, {
    headers: { gms_user: 'leaves' },
  });
  await once(socket, 'open');
  for (const message of messages) socket.send(JSON.stringify([message]));
  await waitsForLock();
  const closed = once(socket, 'close');
  socket.terminate();
  await closed;
  await expectAlive('leaves', lives);
});

it('messages that wait behind others of a request are dropped when its client goes away', async () => {
  const { messages, lives } = await twoSessions('aborts');
  const gone = new AbortController();
  const answer = post(server, 'aborts', messages, { signal: gone.signal });
  await waitsForLock();
  gone.abort();
  await expect(answer).rejects.toThrow();
  // The server has to see the end of the connection before the first message is done.
  await delay(500);
  await expectAlive('aborts', lives);
});
