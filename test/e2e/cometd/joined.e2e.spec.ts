import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { CometHandshakeRepository } from '../../../src/modules/cometd/session/comet-handshake.repository.js';
import { CometSessionRepository } from '../../../src/modules/cometd/session/comet-session.repository.js';
import { CometPublishRepository } from '../../../src/modules/notification/publish/comet-publish.repository.js';
import { connect, exchange, handshake, mailIn, session } from '../../support/bayeux.js';
import { tryPublishTo } from '../../support/comet-publishing.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/decisions/0015-joined-statements.md
const server = useTestServer();
let holder: Client;

beforeEach(async () => {
  holder = new Client({ connectionString: server.databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
});
afterEach(() => holder.end());

const provided = <Kind>(kind: abstract new (...values: any[]) => Kind): Kind =>
  server.app.get(kind, { strict: false });

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, place) => `${prefix} ${place}`);

/**
 * Has two statements wait for rows that are locked, and asks for much more meanwhile.
 * @returns what the others were answered
 */
async function behindTwo<Result>(
  [one, two]: (() => Promise<unknown>)[],
  others: () => Promise<Result>[],
): Promise<Result[]> {
  const first: Promise<unknown>[] = [];
  for (const begin of [one!, two!]) {
    first.push(begin());
    await eventually(async () => {
      const text = `SELECT FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      expect(await databaseRows(server, text)).toHaveLength(first.length);
    });
  }
  const rest = others();
  await holder.query('COMMIT');
  await Promise.all(first);
  return Promise.all(rest);
}

/** In how many transactions the rows were written last. */
async function transactions(table: string, column: string, values: string[]): Promise<number> {
  const text = `SELECT count(DISTINCT xmin::text)::int AS count FROM ${table}
                 WHERE ${column} = ANY ($1)`;
  const [row] = await databaseRows(server, text, [values]);
  return row.count;
}

const lockUsers = (users: string[]): Promise<unknown> =>
  holder.query('INSERT INTO comet_user (user_id) SELECT unnest($1::text[])', [users]);

describe('one statement does what many ask for while others are under way', () => {
  it('for handshakes', async () => {
    const limits = { maxIntervalSeconds: 60, retentionSeconds: 600, maxPerUser: 20 };
    const newId = () => randomBytes(20).toString('hex');
    const create = (user: string) =>
      provided(CometHandshakeRepository).create(
        { clientId: newId(), user, acknowledges: false, owner: 'a node' },
        limits,
      );
    const users = names('shakes', 50);
    await lockUsers(['held 1', 'held 2']);
    const begun = ['held 1', 'held 2'].map((user) => () => create(user));
    const cursors = await behindTwo(begun, () => users.map(create));
    expect(cursors).toEqual(Array(50).fill(0));
    expect(await transactions('comet_session', 'user_id', users)).toBe(1);
  });

  it('for subscriptions', async () => {
    const users = names('subscribes', 20);
    const ids: string[] = [];
    for (const user of users) ids.push(await handshake(server, user));
    await holder.query('SELECT FROM comet_session WHERE client_id = ANY ($1) FOR UPDATE', [
      ids.slice(0, 2),
    ]);
    const change = (place: number) =>
      provided(CometSessionRepository).changeSubscriptions(
        { clientId: ids[place]!, user: users[place]!, channels: ['/_genesys'], adds: true },
        60,
      );
    const begun = [0, 1].map((place) => () => change(place));
    const lastSeqs = await behindTwo(begun, () => ids.slice(2).map((_, at) => change(at + 2)));
    expect(lastSeqs).toEqual(Array(18).fill(0));
    expect(await transactions('comet_session', 'client_id', ids.slice(2))).toBe(1);
  });

  const event = (deviceId: string, message: string) => {
    const target = {
      ...{ type: 'comet' as const, deviceId, provider: undefined, debug: false },
      ...{ language: undefined, authorization: undefined },
    };
    return {
      ...{ id: randomUUID(), key: undefined, target, mail: `{"message":"${message}"}` },
      event: {
        tag: 'judge',
        message,
        isLocalized: false,
        arguments: {},
        provider: undefined,
        target,
      },
    };
  };

  it('for events, which keep their order for each user', async () => {
    const store = (user: string, message: string) =>
      provided(CometPublishRepository).store(event(user, message));
    await lockUsers(['held 3', 'held 4']);
    const messages = names('joined', 50);
    const ids = await Promise.all(
      ['even', 'odd'].map((user) => session(server, user, { ext: { ack: true } })),
    );
    const begun = ['held 3', 'held 4'].map((user) => () => store(user, 'held'));
    const stored = await behindTwo(begun, () =>
      messages.map((message, place) => store(place % 2 ? 'odd' : 'even', message)),
    );
    expect(stored.map(({ accepted }) => accepted)).toEqual(Array(50).fill(1));
    expect(await transactions('push_event', 'message', messages)).toBe(1);
    for (const [place, user] of ['even', 'odd'].entries()) {
      const wanted = messages.filter((_, at) => at % 2 === place);
      expect(mailIn(await exchange(server, user, connect(ids[place]!)))).toEqual(wanted);
    }
  });

  it('but not for more than a million characters of events', async () => {
    const store = (user: string, message: string) =>
      provided(CometPublishRepository).store(event(user, message));
    await lockUsers(['held 5', 'held 6']);
    const messages = names('large', 4).map((name) => name.padEnd(400_000, '.'));
    const begun = ['held 5', 'held 6'].map((user) => () => store(user, 'held'));
    await behindTwo(begun, () => messages.map((message) => store('reads much', message)));
    expect(await transactions('push_event', 'message', messages)).toBe(4);
  });
});

it('an event that cannot be stored costs no other that comes at the same time', async () => {
  await holder.query("ALTER TABLE push_event ADD CONSTRAINT good CHECK (message <> 'bad')");
  await holder.query('COMMIT');
  const messages = names('good', 20).toSpliced(7, 0, 'bad');
  const clientId = await session(server, 'neighbours', { ext: { ack: true } });
  const answers = await Promise.all(
    messages.map((message) => tryPublishTo(server, 'neighbours', message)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(21).fill(200).toSpliced(7, 1, 500));
  const got = mailIn(await exchange(server, 'neighbours', connect(clientId)));
  expect(got.toSorted()).toEqual(messages.filter((message) => message !== 'bad').toSorted());
});

it('of one Idempotency-Key, however often at once, one event is stored', async () => {
  const key = randomUUID();
  const clientId = await session(server, 'careful', { ext: { ack: true } });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => tryPublishTo(server, 'careful', 'once', key)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(mailIn(await exchange(server, 'careful', connect(clientId)))).toEqual(['once']);
});
