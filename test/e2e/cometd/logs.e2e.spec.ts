import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { UnitOfWork } from '../../../src/core/database/index.js';
import { CometEventRepository } from '../../../src/modules/cometd/delivery/comet-event.repository.js';
import { CometMail } from '../../../src/modules/cometd/index.js';
import {
  connect,
  exchange,
  handshake,
  mailIn,
  newId,
  send,
  session,
} from '../../support/bayeux.js';
import { publishTo } from '../../support/comet-publishing.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { publish, subscribe } from '../../support/notification.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, CometD, Delivery
const server = useTestServer({ env: { GMS_SWEEP_INTERVAL_MS: '200' } });

const provided = <Kind>(kind: abstract new (...values: any[]) => Kind): Kind =>
  server.app.get(kind, { strict: false });

const quiet = { advice: { timeout: 0 } };
const mailTo = (user: string, message: string) => ({ user, id: newId(), data: { message } });

describe('mail is written in the transaction of whoever sends it', () => {
  it('and is gone with it, and comes once that is committed', async () => {
    const clientId = await session(server, 'transacted');
    const poll = async () => mailIn(await exchange(server, 'transacted', connect(clientId, quiet)));
    const work = (message: string, fails: boolean) =>
      provided(UnitOfWork).run(async () => {
        await provided(CometMail).send([mailTo('transacted', message)]);
        expect(await poll()).toEqual([]);
        if (fails) throw new Error('rolled back');
      });
    await expect(work('rolled back', true)).rejects.toThrow('rolled back');
    expect(await poll()).toEqual([]);
    await work('committed', false);
    expect(mailIn(await exchange(server, 'transacted', connect(clientId)))).toEqual(['committed']);
  });

  it('numbered in the order of commits: what is sent later waits for it', async () => {
    const clientId = await session(server, 'in turn', { ext: { ack: true } });
    let later: Promise<number> | undefined;
    await provided(UnitOfWork).run(async () => {
      await provided(CometMail).send([mailTo('in turn', 'first')]);
      later = publishTo(server, 'in turn', 'second');
      await eventually(async () => {
        const text = `SELECT FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        expect(await databaseRows(server, text)).toHaveLength(1);
      });
    });
    await later;
    expect(mailIn(await exchange(server, 'in turn', connect(clientId)))).toEqual([
      'first',
      'second',
    ]);
  });
});

describe('users are locked in their order', () => {
  /** Has `work` wait for the first of the users, and looks whether it has locked others before. */
  async function expectInOrder(users: string[], work: () => Promise<unknown>): Promise<void> {
    await databaseRows(server, 'INSERT INTO comet_user (user_id) SELECT unnest($1::text[])', [
      users,
    ]);
    const holder = new Client({ connectionString: server.databaseUrl });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      const lock = 'SELECT FROM comet_user WHERE user_id = ANY ($1) FOR UPDATE NOWAIT';
      await holder.query(lock, [[users.toSorted()[0]]]);
      const working = work();
      await eventually(async () => {
        const text = `SELECT FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        expect(await databaseRows(server, text)).toHaveLength(1);
      });
      expect((await holder.query(lock, [users])).rowCount).toBe(users.length);
      await holder.query('COMMIT');
      await working;
    } finally {
      await holder.end();
    }
  }

  it('by mail to several of them', async () => {
    const users = ['mail z', 'mail m', 'mail a'];
    await expectInOrder(users, () =>
      provided(CometMail).send(users.map((user) => mailTo(user, 'for all'))),
    );
  });

  it('by an event that several of them have subscribed to', async () => {
    const users = ['event z', 'event m', 'event a'];
    const wanted = {
      ...{ subscriberId: 'S', filter: 'order.of.users', expire: 300 },
      notificationDetails: { type: 'comet' },
    };
    for (const user of users) await subscribe(server, wanted, { gms_user: user });
    await expectInOrder(users, () => publish(server, { tag: 'order.of.users', message: 'all' }));
  });
});

it('mail whose bell was lost comes all the same', async () => {
  const clientId = await session(server, 'deaf');
  const polled = exchange(server, 'deaf', connect(clientId));
  await provided(CometEventRepository).append([mailTo('deaf', 'nobody rang')]);
  expect(mailIn(await polled)).toEqual(['nobody rang']);
});

it('a session that was lost for longer than cometd.retention passes nothing on', async () => {
  const clientId = await session(server, 'long ago');
  await send(server, 'long ago', 'too old');
  const lose = (hours: number) =>
    databaseRows(
      server,
      "UPDATE comet_session SET seen_at = now() - $2 * interval '1 hour' WHERE client_id = $1",
      [clientId, hours],
    );
  await lose(1);
  const next = await session(server, 'long ago');
  expect(mailIn(await exchange(server, 'long ago', connect(next, quiet)))).toEqual([]);
});

describe('the sweep', () => {
  const age = (user: string, what: string) =>
    databaseRows(
      server,
      `UPDATE comet_event SET created_at = now() - interval '${what}' WHERE user_id = $1`,
      [user],
    );
  const count = async (user: string): Promise<number> =>
    (await databaseRows(server, 'SELECT FROM comet_event WHERE user_id = $1', [user])).length;

  it('removes events that no session wants, and after a day all of them', async () => {
    const wanting = await handshake(server, 'wanting');
    for (const user of ['wanting', 'nobody', 'overdue']) await send(server, user, 'old');
    await handshake(server, 'overdue');
    const overdue = "UPDATE comet_session SET cursor = 0 WHERE user_id = 'overdue'";
    await databaseRows(server, overdue);
    await age('wanting', '1 hour');
    await age('nobody', '1 hour');
    await age('overdue', '25 hours');
    await eventually(async () => {
      expect([await count('nobody'), await count('overdue')]).toEqual([0, 0]);
    }, 15_000);
    expect(await count('wanting')).toBe(1);
    await exchange(server, 'wanting', { channel: '/meta/disconnect', clientId: wanting });
    await eventually(async () => expect(await count('wanting')).toBe(0), 15_000);
  });
});
