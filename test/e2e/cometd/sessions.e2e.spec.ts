import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import {
  CometServiceChannels,
  CometSessionLife,
  type SessionIdentity,
} from '../../../src/modules/cometd/index.js';
import {
  connect,
  exchange,
  handshake,
  mailIn,
  type Message,
  post,
  send,
  session,
  subscribe,
} from '../../support/bayeux.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { RunningServer } from '../../support/test-server.js';
import { useServers, useTestServer } from '../../support/use-servers.js';

const options = {
  config: {
    cometd: {
      ...{ timeout: 10_000, max_interval: 2, retention: 60 },
      ...{ max_sessions_per_user: 3, max_queue: 10 },
    },
  },
  env: { GMS_SWEEP_INTERVAL_MS: '200' },
};
const server = useTestServer(options);
const servers = useServers();

const provided = <Kind>(kind: abstract new (...values: any[]) => Kind): Kind =>
  server.app.get(kind, { strict: false });

/** Waits until the database counts the session as lost. */
const lost = (clientId: string): Promise<void> =>
  eventually(async () => {
    const rows = await databaseRows(
      server,
      'SELECT lost_at FROM comet_session WHERE client_id = $1',
      [clientId],
    );
    expect(rows).toMatchObject([{ lost_at: expect.any(Date) }]);
  }, 15_000);

describe('a session', () => {
  it('is lost when it is not heard of, and lives while its connect is held', async () => {
    const silent = await session(server, 'silent');
    const busy = await session(server, 'busy');
    const held = exchange(server, 'busy', connect(busy));
    await lost(silent);
    expect(await exchange(server, 'silent', connect(silent))).toMatchObject([
      { successful: false, error: '402::session_unknown', advice: { reconnect: 'handshake' } },
    ]);
    await send(server, 'busy', 'still here');
    expect(mailIn(await held)).toEqual(['still here']);
  });

  it('that was lost cannot disconnect any more, and keeps its place for the next one', async () => {
    const clientId = await session(server, 'too late');
    await send(server, 'too late', 'not taken');
    await lost(clientId);
    const message = { channel: '/meta/disconnect', clientId };
    expect(await exchange(server, 'too late', message)).toMatchObject([
      { successful: false, error: '402::session_unknown' },
    ]);
    const next = await session(server, 'too late');
    expect(mailIn(await exchange(server, 'too late', connect(next)))).toEqual(['not taken']);
  });

  it.each([{}, { ext: { ack: true } }])(
    'that was lost passes what it had not taken on to the next one (%j)',
    async (more) => {
      const user = `returns ${JSON.stringify(more)}`;
      const first = await session(server, user, more);
      await send(server, user, 'taken');
      await exchange(server, user, connect(first));
      await exchange(server, user, connect(first, { ext: { ack: 1 }, advice: { timeout: 0 } }));
      await send(server, user, 'not taken');
      await lost(first);
      const next = await session(server, user, more);
      expect(mailIn(await exchange(server, user, connect(next)))).toEqual(['not taken']);
    },
  );

  it('that is new begins after what was sent before it', async () => {
    await send(server, 'newcomer', 'before');
    const clientId = await session(server, 'newcomer');
    await send(server, 'newcomer', 'after');
    expect(mailIn(await exchange(server, 'newcomer', connect(clientId)))).toEqual(['after']);
  });
});

/** Holds the row of a user until statements of two nodes wait for it: they are under way together. */
async function whileHeld<Result>(
  database: { readonly url: string },
  user: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const holder = new Client({ connectionString: database.url });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('INSERT INTO comet_user (user_id) VALUES ($1)', [user]);
    const working = work();
    await eventually(async () => {
      const waiting = await databaseRows(
        { databaseUrl: database.url },
        `SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting.length).toBeGreaterThan(1);
    });
    await holder.query('COMMIT');
    return await working;
  } finally {
    await holder.end();
  }
}

describe('limits', () => {
  it('a user has so many sessions at once, raced or not', async () => {
    const database = await servers.database();
    const config = { cometd: { max_sessions_per_user: 3 } };
    const one = await servers.start({ config, database });
    const other = await servers.start({ config, database });
    const greet = (at: RunningServer) => exchange(at, 'greedy', { channel: '/meta/handshake' });
    const answers = await whileHeld(database, 'greedy', () =>
      Promise.all(Array.from({ length: 16 }, (_, time) => greet(time % 2 ? other : one))),
    );
    const refused = answers.flat().filter(({ successful }) => successful === false);
    expect(refused).toHaveLength(13);
    for (const reply of [...refused, ...(await greet(one))]) {
      expect(reply).toMatchObject({
        successful: false,
        error: '403::too_many_sessions',
        advice: { reconnect: 'handshake' },
      });
    }
  });

  it('a session with too much undelivered mail is dropped', async () => {
    const clientId = await session(server, 'sleeper');
    for (let count = 0; count < 11; count++) await send(server, 'sleeper', String(count));
    expect(await exchange(server, 'sleeper', connect(clientId))).toMatchObject([
      { successful: false, error: '402::session_unknown' },
    ]);
    await exchange(server, 'sleeper', connect(clientId)).then((replies) =>
      expect(replies).toMatchObject([{ error: '402::session_unknown' }]),
    );
  });
});

describe('ports for other modules', () => {
  it('tell of handshake, disconnect with its ext, and loss', async () => {
    const heard: [string, object][] = [];
    provided(CometSessionLife).register({
      handshake: (session) => void heard.push(['handshake', session]),
      ended: (end) => void heard.push(['ended', end]),
    });
    const user = 'followed';
    const of = (clientId: string) =>
      heard.filter(([, session]) => (session as SessionIdentity).clientId === clientId);
    const leaving = await handshake(server, user);
    const ext = { transcriptPosition: 7, said: 'Zoë 🙂' };
    await exchange(server, user, { channel: '/meta/disconnect', clientId: leaving, ext });
    const silent = await handshake(server, user);
    await eventually(() => {
      expect(of(leaving)).toMatchObject([
        ['handshake', { clientId: leaving, user }],
        ['ended', { clientId: leaving, user, kind: 'disconnected', ext }],
      ]);
      expect(of(silent).slice(1)).toMatchObject([
        ['ended', { clientId: silent, user, kind: 'lost', ext: {} }],
      ]);
    }, 15_000);
  });

  it('take what is published to their channels under /service/', async () => {
    const taken: unknown[] = [];
    provided(CometServiceChannels).register('/service/echo', (session, data) => {
      taken.push([session.user, data]);
      return Promise.resolve();
    });
    const clientId = await session(server, 'speaks');
    const message: Message = { channel: '/service/echo', clientId, data: { a: [1] }, id: '4' };
    expect(await exchange(server, 'speaks', message)).toEqual([
      { channel: '/service/echo', id: '4', successful: true },
    ]);
    expect(taken).toEqual([['speaks', { a: [1] }]]);
    for (const text of ['a\0', '\ud800', 'x\udc00y']) {
      const odd = [{ data: text }, { data: [{ [text]: 1 }] }, { ext: { a: text } }, { id: text }];
      for (const part of odd) {
        const answer = await post(server, 'speaks', { ...message, ...part });
        expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidText']);
      }
    }
    expect(taken).toHaveLength(1);
  });
});

it('says in metrics how it is doing', async () => {
  const clientId = await session(server, 'measured');
  const held = exchange(server, 'measured', [connect(clientId)]);
  await delay(100);
  const { text } = await server.request('GET', '/metrics');
  expect(text).toMatch(/^gms_comet_sessions \d+$/m);
  expect(text).toMatch(/^gms_comet_node_sessions\{state="held"\} [1-9]/m);
  expect(text).toMatch(/^gms_comet_refused_total\{error="402::session_unknown"\} \d+$/m);
  expect(text).toMatch(/^gms_http_request_duration_seconds_count\{route="\/genesys\/cometd"/m);
  await send(server, 'measured', 'done');
  await held;
  await exchange(server, 'measured', [subscribe(clientId)]);
});
