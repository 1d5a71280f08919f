import { afterAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';
import { numbersFrom, serviceSections } from '../../support/sections.js';
import type { RunningServer, TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, match-interaction: matched once; calls with a code count before they are
// judged
const servers = useServers();
const proxies: DatabaseProxy[] = [];
const service = '/genesys/1/service';
const config = {
  ...serviceSections,
  'resources.locked': { _allocation_strategy: 'CLUSTER', numbers: numbersFrom(400, 40) },
  'resources.shared': {
    _allocation_strategy: 'RANDOM',
    _booking_expiration_timeout: 1800,
    numbers: ['500'],
  },
};

afterAll(async () => {
  for (const proxy of proxies) await proxy.close();
});

function interact(server: RunningServer, more: Record<string, string> = {}) {
  const form = { _phone_number: '1', _resource_group: 'locked', _ttl: '1800', ...more };
  return server
    .request('POST', `${service}/request-interaction`, { form })
    .then(({ json }) => json as { _id: string; _access_number: string; _access_code: string });
}

function match(server: RunningServer, form: Record<string, string>) {
  return server.request('POST', `${service}/match-interaction`, { form });
}

/** Holds something in the database while `work` runs. */
async function holding(
  database: { url: string },
  sql: string,
  work: (waiting: (count: number) => Promise<void>, letGo: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const client = new Client({ connectionString: database.url });
  const observer = new Client({ connectionString: database.url });
  await client.connect();
  await observer.connect();
  try {
    await client.query(`BEGIN; ${sql}`);
    await work(
      (count) =>
        eventually(async () => {
          const { rows } = await observer.query(
            `SELECT count(*)::int AS count FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          expect(rows[0].count).toBe(count);
        }),
      async () => {
        await client.query('ROLLBACK');
      },
    );
  } finally {
    await client.end();
    await observer.end();
  }
}

describe('a match whose connection is lost between its steps', () => {
  it.each([
    ['_delete_service', 'SELECT FROM storage_area FOR UPDATE'],
    ['_return_data', 'LOCK TABLE storage_entry IN ACCESS EXCLUSIVE MODE'],
    ['_return_user_data', 'LOCK TABLE storage_entry IN ACCESS EXCLUSIVE MODE'],
  ])('with %s has done nothing: the call can be matched again', async (option, sql) => {
    const database = await servers.database();
    const proxy = await startDatabaseProxy(database.url);
    proxies.push(proxy);
    const server = await servers.start({ config, database: { url: proxy.url } });
    const created = await interact(server, { who: 'kate' });
    const second = await interact(server, { who: 'lee' });
    const all = { _return_multiple_matches: 'true', [option]: 'true' };
    const form = { _access_number: created._access_number, [option]: 'true' };
    await holding(database, sql, async (waiting, letGo) => {
      const lost = match(server, form);
      const lostToo = match(server, { ...all, _access_number: second._access_number });
      await waiting(2);
      await proxy.cut();
      expect([(await lost).status, (await lostToo).status]).toEqual([503, 503]);
      await letGo();
    });
    await proxy.open();
    await eventually(async () => {
      expect((await server.request('GET', '/readyz')).status).toBe(200);
    });
    const again = await match(server, form);
    expect([again.status, again.json._id]).toEqual([200, created._id]);
    const both = await match(server, { ...all, _access_number: second._access_number });
    expect(both.json.matches).toEqual([expect.objectContaining({ _id: second._id })]);
  });
});

describe('guesses of access codes', () => {
  const guessed = { ...config, services: { guess_limit: 3 } };
  let nodes: TestServer[] | undefined;

  async function twoNodes(): Promise<[TestServer, TestServer, { url: string }]> {
    const database = await servers.database();
    nodes = [
      await servers.start({ config: guessed, database }),
      await servers.start({ config: guessed, database }),
    ];
    return [nodes[0]!, nodes[1]!, database];
  }

  it('are counted before they are judged, so that no more are judged than are allowed', async () => {
    const [here, there, database] = await twoNodes();
    const created = await interact(here, { _provide_code: 'true' });
    const number = created._access_number;
    const wrong = created._access_code === '111111' ? '222222' : '111111';
    const guess = (node: TestServer, code: string) =>
      match(node, { _access_number: number, _access_code: code });
    expect((await guess(here, wrong)).status).toBe(404);
    await holding(database, 'SELECT FROM access_guess FOR UPDATE', async (waiting, letGo) => {
      const guesses = Array.from({ length: 15 }, () => guess(here, wrong));
      await waiting(15);
      // Fifteen wrong guesses are on their way already: two of them are still allowed.
      const right = guess(there, created._access_code);
      await Promise.race([right, waiting(16)]);
      await letGo();
      const statuses = (await Promise.all(guesses)).map(({ status }) => status).sort();
      expect(statuses).toEqual([404, 404, ...Array<number>(13).fill(429)]);
      expect((await right).status).toBe(429);
    });
  });

  it('at once, 250 of them, are judged as often as the limit says', async () => {
    const [here, there] = await twoNodes();
    const created = await interact(here, { _provide_code: 'true', _access_code_length: '4' });
    const codes = Array.from({ length: 250 }, (_, n) => String(n).padStart(5, '0'));
    const answers = await Promise.all(
      codes.map((code, n) =>
        match(n % 2 ? here : there, {
          _access_number: created._access_number,
          _access_code: code,
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([404, 404, 404, ...Array<number>(247).fill(429)]);
  });

  it('that are right are all let through, however many come at once', async () => {
    const [here, there] = await twoNodes();
    const services = await Promise.all(
      Array.from({ length: 40 }, () =>
        interact(here, { _provide_code: 'true', _resource_group: 'shared' }),
      ),
    );
    const answers = await Promise.all(
      services.map(({ _access_code: code }, n) =>
        match(n % 2 ? here : there, { _access_number: '500', _access_code: code }),
      ),
    );
    expect(answers.map(({ json }) => json._id ?? json)).toEqual(services.map(({ _id }) => _id));
  });
});

describe('a service whose keys are written and removed at once', () => {
  it('answers all of it, whatever order the keys have', async () => {
    const server = await servers.start({ config });
    const { _id: id } = await interact(server);
    const keys = Array.from({ length: 300 }, (_, n) => `key${n}`);
    const write = (order: string[]) =>
      server.request('POST', `${service}/${id}/storage`, {
        form: Object.fromEntries(order.map((key) => [key, 'v'])),
      });
    const remove = () => server.request('DELETE', `${service}/${id}/storage`);
    for (let round = 0; round < 8; round++) {
      const reversed = [...keys].reverse();
      await write(round % 2 ? keys : reversed);
      const calls = [write(keys), remove(), write(reversed), remove(), write(reversed), remove()];
      const statuses = (await Promise.all(calls)).map(({ status }) => status);
      expect(statuses).toEqual(calls.map(() => 200));
    }
  });
});
