import { describe, expect, it } from '@jest/globals';
import { connect as dial } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { CometSessionRepository } from '../../../src/modules/cometd/session/comet-session.repository.js';
import { connect, exchange, handshake, mailIn, send, session } from '../../support/bayeux.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';

const server = useTestServer({
  config: { cometd: { timeout: 10_000, max_interval: 2, retention: 60 } },
  env: { GMS_SWEEP_INTERVAL_MS: '200' },
});

const change = (clientId: string, what: string): Promise<unknown> =>
  databaseRows(server, `UPDATE comet_session SET ${what} WHERE client_id = $1`, [clientId]);

const stateOf = async (clientId: string): Promise<any> => {
  const columns = 'ended, lost_at IS NOT NULL AS lost, seen_at';
  const query = `SELECT ${columns} FROM comet_session WHERE client_id = $1`;
  return (await databaseRows(server, query, [clientId]))[0];
};

const unknown = [
  {
    ...{ channel: '/meta/connect', id: '7', successful: false, error: '402::session_unknown' },
    advice: { interval: 0, reconnect: 'handshake' },
  },
];

describe('what has ended stays ended', () => {
  it('a session that was told to be lost, although its connect is still held', async () => {
    const clientId = await session(server, 'told');
    const held = exchange(server, 'told', connect(clientId));
    await change(clientId, 'lost_at = now()');
    expect(await held).toEqual(unknown);
    expect(await stateOf(clientId)).toMatchObject({ lost: true });
    expect(await exchange(server, 'told', connect(clientId))).toEqual(unknown);
    // Its place passes on all the same.
    await send(server, 'told', 'not taken');
    const next = await session(server, 'told');
    expect(mailIn(await exchange(server, 'told', connect(next)))).toEqual(['not taken']);
  });

  it('a session that another node has dropped, although its connect is still held', async () => {
    const clientId = await session(server, 'dropped');
    const held = exchange(server, 'dropped', connect(clientId));
    await change(clientId, 'ended = true');
    expect(await held).toEqual(unknown);
    expect(await exchange(server, 'dropped', connect(clientId))).toEqual(unknown);
  });

  it('a lost session whose place has passed on', async () => {
    const clientId = await session(server, 'replaced');
    await send(server, 'replaced', 'passed on');
    await eventually(
      async () => expect(await stateOf(clientId)).toMatchObject({ lost: true }),
      15_000,
    );
    const next = await session(server, 'replaced');
    expect(await exchange(server, 'replaced', connect(clientId))).toEqual(unknown);
    const third = await session(server, 'replaced');
    expect(mailIn(await exchange(server, 'replaced', connect(next)))).toEqual(['passed on']);
    expect(
      mailIn(await exchange(server, 'replaced', connect(third, { advice: { timeout: 0 } }))),
    ).toEqual([]);
  });

  it('and is swept', async () => {
    const clientId = await handshake(server, 'swept');
    await change(clientId, 'ended = true, due_at = now()');
    await eventually(async () => expect(await stateOf(clientId)).toBeUndefined(), 15_000);
  });
});

describe('sessions are locked in the order of their ids', () => {
  /** Has `work` wait for the first of the sessions, and looks whether it has locked others before. */
  async function expectInOrder(
    ids: readonly string[],
    work: () => Promise<unknown>,
  ): Promise<void> {
    const holder = new Client({ connectionString: server.databaseUrl });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      const lock = 'SELECT FROM comet_session WHERE client_id = ANY ($1) FOR UPDATE NOWAIT';
      await holder.query(lock, [[ids.toSorted()[0]]]);
      const working = work();
      await eventually(async () => {
        const waiting = `SELECT FROM pg_stat_activity
                          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        expect((await databaseRows(server, waiting)).length).toBeGreaterThan(0);
      });
      const others = await holder.query(lock, [ids]);
      expect(others.rowCount).toBe(ids.length);
      await holder.query('COMMIT');
      await working;
    } finally {
      await holder.end();
    }
  }

  /** Sessions that are lost already, those with high ids first. */
  async function sessionsOf(user: string, seenAt: string): Promise<string[]> {
    const ids = ['f', '9', '5', '0'].map(
      (digit) => `${digit.repeat(39)}${String(user.length % 10)}`,
    );
    for (const id of ids) {
      await databaseRows(
        server,
        `INSERT INTO comet_session (client_id, user_id, acknowledges, cursor, seen_at, due_at)
         VALUES ($1, $2, false, 0, ${seenAt}, now() + interval '1 hour')`,
        [id, user],
      );
    }
    return ids;
  }

  it('by the handshake that takes their place', async () => {
    const user = 'in order';
    const ids = await sessionsOf(user, "now() - interval '30 seconds'");
    await expectInOrder(ids, () => handshake(server, user));
    // The sweeper may have been there already.
    const live = 'SELECT FROM comet_session WHERE client_id = ANY ($1) AND NOT ended';
    expect(await databaseRows(server, live, [ids])).toEqual([]);
  });

  it('by who writes down that they live', async () => {
    const ids = await sessionsOf('kept', 'now()');
    const repository = server.app.get(CometSessionRepository, { strict: false });
    await expectInOrder(ids, () =>
      repository.persist(
        ids.map((clientId) => ({ clientId, cursor: 0, sent: 0, connected: true })),
      ),
    );
  });
});

it('a sign of life changes no index', async () => {
  await session(server, 'light');
  await eventually(async () => {
    const [counted] = await databaseRows(
      server,
      "SELECT n_tup_hot_upd::int AS hot FROM pg_stat_user_tables WHERE relname = 'comet_session'",
    );
    expect(counted.hot).toBeGreaterThan(0);
  }, 15_000);
});

it('a client that is still reading a large answer is present, also when a small one came after', async () => {
  const user = 'reads two';
  const clientId = await session(server, user);
  await send(server, user, 'x'.repeat(3 * 1024 * 1024));
  const { hostname, port } = new URL(server.url);
  const socket = dial(Number(port), hostname);
  const body = JSON.stringify(connect(clientId));
  socket.write(
    `POST /genesys/cometd HTTP/1.1\r\nHost: x\r\ngms_user: ${user}\r\n` +
      `Content-Length: ${String(body.length)}\r\nConnection: close\r\n\r\n${body}`,
  );
  socket.resume();
  await eventually(async () => {
    const query = 'SELECT cursor FROM comet_session WHERE client_id = $1';
    expect(await databaseRows(server, query, [clientId])).toEqual([{ cursor: '1' }]);
  }, 15_000);
  const quiet = connect(clientId, { advice: { timeout: 0 } });
  expect(await exchange(server, user, quiet)).toMatchObject([{ successful: true }]);
  // Much longer than a session may be silent.
  await delay(6000);
  expect(await exchange(server, user, quiet)).toMatchObject([{ successful: true }]);
  socket.destroy();
}, 60_000);

it('a client that is still reading an answer is present', async () => {
  const clientId = await session(server, 'reads slowly');
  await send(server, 'reads slowly', 'x'.repeat(12 * 1024 * 1024));
  const { hostname, port } = new URL(server.url);
  const socket = dial(Number(port), hostname);
  const body = JSON.stringify(connect(clientId));
  socket.write(
    `POST /genesys/cometd HTTP/1.1\r\nHost: x\r\ngms_user: reads slowly\r\n` +
      `Content-Length: ${String(body.length)}\r\nConnection: close\r\n\r\n${body}`,
  );
  // Much longer than a session may be silent.
  const until = performance.now() + 16_000;
  for await (const chunk of socket) {
    if (performance.now() < until) await delay((chunk as Buffer).length / 700);
  }
  expect(performance.now()).toBeGreaterThan(until - 8000);
  const quiet = connect(clientId, { advice: { timeout: 0 } });
  expect(await exchange(server, 'reads slowly', quiet)).toMatchObject([{ successful: true }]);
}, 60_000);
