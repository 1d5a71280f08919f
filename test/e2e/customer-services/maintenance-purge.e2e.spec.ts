import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { TestResponse } from '../../support/http-client.js';
import { useTestServer } from '../../support/use-servers.js';
import {
  removeServices,
  rowCounts,
  storeMany,
  storeServices,
  tenantOf,
} from './stored-services.js';

// docs/operations/context-services-maintenance.md, Purge
const server = useTestServer();
const path = '/genesys/1/cs/maintenance/purge';
const limit = '2026-03-10T12:00:00.000Z';
const before = '2026-03-10T11:59:59.999Z';

beforeEach(() => removeServices(server));

const purge = (json: unknown, headers: Record<string, string> = {}): Promise<TestResponse> =>
  server.request('POST', path, { json, headers });

const auditOf = async (): Promise<any> =>
  ((await server.request('GET', '/genesys/1/cs/maintenance/audit?limit=1')).json as any[])[0];

/** The names of services that are left, which are those of their customers or contacts. */
async function left(): Promise<string[]> {
  const rows = await databaseRows(
    server,
    'SELECT coalesce(customer_id, contact_key) AS name FROM cs_service ORDER BY name',
  );
  return rows.map(({ name }) => name as string);
}

/** A connection that holds services until it is told to let go. */
async function holding(text: string): Promise<{ commit: (text?: string) => Promise<void> }> {
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query(text);
  return {
    commit: async (last) => {
      if (last !== undefined) await client.query(last);
      await client.query('COMMIT');
      await client.end();
    },
  };
}

describe('POST /maintenance/purge', () => {
  it.each([
    ['purge.service.all', ['later']],
    ['purge.service.started', ['anonymous done', 'done', 'due', 'later']],
    ['purge.service.started.anonymous', ['active', 'anonymous done', 'done', 'due', 'later']],
    ['purge.service.completed', ['active', 'anonymous active', 'later']],
    ['purge.service.completed.anonymous', ['active', 'anonymous active', 'done', 'due', 'later']],
  ])('%s removes by the time of the start, before the limit', async (operation, rest) => {
    await storeServices(
      server,
      { customer: 'active', started: before },
      { customer: 'done', started: before, completed: '2026-05-01T00:00:00Z' },
      { customer: 'due', started: before, autoComplete: '2026-05-01T00:00:00Z' },
      { contact: 'anonymous active', started: before },
      { contact: 'anonymous done', started: before, completed: before },
      { customer: 'later', started: limit, completed: '2026-05-01T00:00:00Z' },
    );
    const answer = await purge({ limit, operation });
    expect([answer.status, answer.json]).toEqual([200, { purged: 6 - rest.length }]);
    expect(await left()).toEqual(rest);
  });

  it('removes states and tasks with their service, and those of no other', async () => {
    const item = { started: before };
    await storeServices(
      server,
      { customer: 'gone', started: before, states: [item, item], tasks: [item] },
      { customer: 'kept', started: limit, states: [item], tasks: [item, item, item] },
    );
    expect((await purge({ limit, operation: 'purge.service.all' })).json).toEqual({ purged: 1 });
    expect(await rowCounts(server)).toEqual({ services: 1, states: 1, tasks: 3, orphans: 0 });
  });

  it('takes a limit with an offset, and one in the future', async () => {
    await storeServices(
      server,
      { customer: 'a', started: before },
      { customer: 'b', started: limit },
    );
    const operation = 'purge.service.all';
    const sameLimit = '2026-03-10T14:00:00+02:00';
    expect((await purge({ limit: sameLimit, operation })).json).toEqual({ purged: 1 });
    expect((await purge({ limit: '9999-12-31T23:59:59Z', operation })).json).toEqual({ purged: 1 });
    expect((await purge({ limit: '9999-12-31T23:59:59Z', operation })).json).toEqual({ purged: 0 });
  });

  it('leaves other tenants alone', async () => {
    const theirs = { customer: 'theirs', started: before, tenant: tenantOf('theirs') };
    await storeServices(server, { customer: 'ours', started: before }, theirs);
    expect((await purge({ limit, operation: 'purge.service.all' })).json).toEqual({ purged: 1 });
    expect(await left()).toEqual(['theirs']);
    const headers = { ContactCenterId: 'theirs' };
    expect((await purge({ limit, operation: 'purge.service.all' }, headers)).json.purged).toBe(1);
  });

  it('does not count what has expired: it is gone already', async () => {
    await storeServices(server, { customer: 'a', started: before, expires: before });
    expect((await purge({ limit, operation: 'purge.service.all' })).json).toEqual({ purged: 0 });
  });

  it('removes many in batches and finds the few that are meant among them', async () => {
    await storeMany(server, 3500);
    await storeServices(server, { contact: 'one', started: before, completed: before });
    const operation = 'purge.service.completed.anonymous';
    const { json } = await purge({ limit: '2026-03-11T00:00:00Z', operation });
    const anonymousDone = Array.from({ length: 3500 }, (_, n) => n + 1).filter(
      (n) => n % 2 === 1 && n % 3 === 0,
    ).length;
    expect(json).toEqual({ purged: anonymousDone + 1 });
    expect(await rowCounts(server)).toEqual({
      services: 3500 - anonymousDone,
      states: 2 * (3500 - anonymousDone),
      tasks: 3500 - anonymousDone,
      orphans: 0,
    });
    expect(await auditOf()).toMatchObject({
      operation: 'purge',
      parameters: { operation, limit: '2026-03-11T00:00:00.000Z' },
      who: 'address:127.0.0.1',
      services: anonymousDone + 1,
      outcome: 'completed',
      ended: expect.any(String),
    });
  });
});

describe('malformed purges (400 that names the field)', () => {
  const operation = 'purge.service.all';
  it.each([
    [{ operation }, 'MissingParameter', 'limit'],
    [{ operation, limit: null }, 'MissingParameter', 'limit'],
    [{ operation, limit: 'tomorrow' }, 'InvalidParameter', 'limit'],
    [{ operation, limit: '' }, 'InvalidParameter', 'limit'],
    [{ operation, limit: 1_772_323_200_000 }, 'InvalidParameter', 'limit'],
    [{ operation, limit: [limit] }, 'InvalidParameter', 'limit'],
    [{ limit }, 'MissingParameter', 'operation'],
    [{ limit, operation: null }, 'MissingParameter', 'operation'],
    [{ limit, operation: 'purge' }, 'InvalidParameter', 'operation'],
    [{ limit, operation: 'purge.service.anonymous' }, 'InvalidParameter', 'operation'],
    [{ limit, operation: 'constructor' }, 'InvalidParameter', 'operation'],
    [{ limit, operation: [operation] }, 'InvalidParameter', 'operation'],
  ])('%j', async (json, exception, field) => {
    await storeServices(server, { customer: 'a', started: before });
    const answer = await purge(json);
    expect([answer.status, answer.json]).toEqual([
      400,
      { exception, message: expect.stringMatching(new RegExp(`^${field} `)) },
    ]);
    expect(await left()).toEqual(['a']);
    expect(await auditOf()).toBeUndefined();
  });

  it('refuses what is no JSON object', async () => {
    for (const json of [[], 'text', 7, null]) {
      const answer = await purge(json);
      expect([json, answer.status, answer.json.exception]).toEqual([json, 400, 'InvalidBody']);
    }
    expect((await server.request('POST', path)).json.exception).toBe('InvalidBody');
    const form = await server.request('POST', path, { form: { limit, operation } });
    expect([form.status, form.json.exception]).toEqual([415, 'UnsupportedMediaType']);
  });
});

describe('a purge beside others (works in batches, neither blocking writers …)', () => {
  const all = { limit, operation: 'purge.service.all' };

  it('goes on with the others while somebody holds a service, then takes it too', async () => {
    await storeServices(
      server,
      { customer: 'free 1', started: before },
      { customer: 'held', started: before },
      { customer: 'free 2', started: before },
    );
    const holder = await holding(`SELECT FROM cs_service WHERE customer_id = 'held' FOR UPDATE`);
    const purged = purge(all);
    await eventually(async () => expect(await left()).toEqual(['held']));
    await holder.commit();
    expect((await purged).json).toEqual({ purged: 3 });
    expect(await left()).toEqual([]);
  });

  it('leaves a service that its holder has completed, moved or removed', async () => {
    for (const name of ['completed', 'moved', 'removed', 'free']) {
      await storeServices(server, { customer: name, started: before });
    }
    const holder = await holding(`
      UPDATE cs_service SET completed_at = now(), completed = '{}' WHERE customer_id = 'completed';
      UPDATE cs_service SET started_at = now() WHERE customer_id = 'moved';
      DELETE FROM cs_service WHERE customer_id = 'removed'`);
    const purged = purge({ limit, operation: 'purge.service.started' });
    await eventually(async () => expect(await left()).not.toContain('free'));
    await holder.commit();
    expect((await purged).json).toEqual({ purged: 1 });
    expect(await left()).toEqual(['completed', 'moved']);
  });

  it('removes with a service what its holder has written into it', async () => {
    const uuid = randomUUID();
    await storeServices(server, { uuid, customer: 'a', started: before });
    const holder = await holding(`SELECT FROM cs_service FOR UPDATE`);
    const purged = purge(all);
    await eventually(async () => expect(await waitingForLocks()).toBe(1));
    await holder.commit(`
      INSERT INTO cs_state (service_id, started_at, started, extensions)
      VALUES ('${uuid}', now(), '{}', '{}')`);
    expect((await purged).json).toEqual({ purged: 1 });
    expect(await rowCounts(server)).toEqual({ services: 0, states: 0, tasks: 0, orphans: 0 });
  });

  it('gives up on who holds a service for too long, and says how many are gone', async () => {
    await storeServices(
      server,
      { customer: 'free', started: before },
      { customer: 'held', started: before },
    );
    const holder = await holding(`SELECT FROM cs_service WHERE customer_id = 'held' FOR UPDATE`);
    const answer = await purge(all);
    await holder.commit();
    expect([answer.status, answer.json]).toEqual([
      503,
      { exception: 'ServicesHeld', message: expect.stringMatching(/Purged so far: 1$/) },
    ]);
    expect(answer.headers['retry-after']).toBe('5');
    expect(await left()).toEqual(['held']);
    expect(await auditOf()).toMatchObject({ services: 1, outcome: 'failed' });
    expect((await purge(all)).json).toEqual({ purged: 1 });
  });

  it('counts each service once when two purge at once', async () => {
    await storeMany(server, 5000);
    const answers = await Promise.all([purge(all), purge(all), purge(all)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.reduce((sum, { json }) => sum + (json.purged as number), 0)).toBe(5000);
    expect(await rowCounts(server)).toEqual({ services: 0, states: 0, tasks: 0, orphans: 0 });
  });

  it('leaves no state or task without its service while writers write', async () => {
    await storeMany(server, 4000);
    const writers = await Promise.all([1, 2, 3, 4].map(() => startWriter()));
    const answer = await purge(all);
    const written = await Promise.all(writers.map((stop) => stop()));
    expect([answer.status, answer.json]).toEqual([200, { purged: 4000 }]);
    const counts = await rowCounts(server);
    expect(counts.orphans).toBe(0);
    // What started after the limit is all there.
    expect(counts.services).toBe(written.reduce((sum, count) => sum + count, 0));
  });

  async function waitingForLocks(): Promise<number> {
    const [row] = await databaseRows(
      server,
      `SELECT count(*)::int FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return row.count as number;
  }

  /** Writes states into services that may go, and makes new ones that may not; counts those. */
  async function startWriter(): Promise<() => Promise<number>> {
    const client = new Client({ connectionString: server.databaseUrl });
    await client.connect();
    let going = true;
    let made = 0;
    const write = async (): Promise<void> => {
      await client.query(
        `WITH owner AS (
           UPDATE cs_service SET expires_at = 'infinity'
            WHERE id = (SELECT id FROM cs_service WHERE started_at < $1
                         OFFSET floor(random() * 500) LIMIT 1)
           RETURNING id)
         INSERT INTO cs_state (service_id, started_at, started, extensions)
         SELECT id, now(), '{}', '{}' FROM owner`,
        [limit],
      );
      await client.query(
        `INSERT INTO cs_service (id, tenant, customer_id, started_at, started, extensions,
           life_explicit, expires_at, sweep_at)
         VALUES (gen_random_uuid(), '', 'new', now(), '{}', '{}', false, 'infinity', 'infinity')`,
      );
      made++;
    };
    const working = (async () => {
      while (going) await write();
    })();
    return async () => {
      going = false;
      await working;
      await client.end();
      return made;
    };
  }
});
