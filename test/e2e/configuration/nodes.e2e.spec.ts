import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { startDatabaseProxy } from '../../support/database-proxy.js';
import { EdgeSettings } from '../../../src/modules/edge/index.js';
import type { TestDatabase } from '../../support/test-database.js';
import type { TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';
import { ConfigClient, until } from './config-client.js';
import { Configuration } from '../../../src/core/settings/index.js';

let database: TestDatabase;
let operator: Client;
let one: TestServer;
let two: TestServer;

// Before the databases are dropped.
afterAll(() => operator.end());
const servers = useServers();

beforeAll(async () => {
  database = await servers.database();
  operator = new Client({ connectionString: database.url });
  await operator.connect();
  const config = { server: { max_body_size: 20_000 } };
  one = await servers.start({ database, config });
  two = await servers.start({ database, config });
});

/** The largest body that a server takes, as its edge knows it. */
const limitOf = (server: TestServer): number =>
  server.app.get(EdgeSettings).current.maxBodySizeBytes;

/** Writes a section as another program would, without a word to any node. */
async function writeSilently(section: string, options: object): Promise<void> {
  await operator.query('BEGIN');
  await operator.query(
    `INSERT INTO option_section (name, options, position) VALUES ($1, $2, 1000)
         ON CONFLICT (name) DO UPDATE SET options = excluded.options`,
    [section, JSON.stringify(options)],
  );
  await operator.query('UPDATE option_version SET version = version + 1');
  await operator.query('COMMIT');
}

// docs/compatibility.md, Configuration: a change is in force on every node within two seconds
describe('a change on another node', () => {
  beforeEach(() => until(() => limitOf(one) === limitOf(two)));

  it('is in force within two seconds, as a rule at once', async () => {
    const took: number[] = [];
    for (let limit = 30_000; limit < 30_007; limit++) {
      await new ConfigClient(one).put('server', { max_body_size: limit });
      expect(limitOf(one)).toBe(limit);
      took.push(await until(() => limitOf(two) === limit, 2000));
    }
    // Polls alone would take half a second on average.
    expect(took.sort((a, b) => a - b)[3]).toBeLessThan(700);
  });

  it('is in force within two seconds though nobody said a word', async () => {
    for (const limit of [31_000, 41_000]) {
      await writeSilently('server', { max_body_size: limit });
      const took = [one, two].map((server) => until(() => limitOf(server) === limit, 2000));
      await Promise.all(took);
    }
  });

  it('is in force within two seconds though listening has just been cut', async () => {
    await operator.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name LIKE 'gms bus %' AND datname = current_database()`,
    );
    await new ConfigClient(two).put('server', { max_body_size: 42_000 });
    await until(() => limitOf(one) === 42_000, 2000);
  });

  it('shows in every read at once', async () => {
    for (let limit = 50_001; limit < 50_020; limit++) {
      await new ConfigClient(one).put('server', { max_body_size: limit });
      expect((await new ConfigClient(two).read('server')).json).toEqual({ max_body_size: limit });
    }
  });

  it('of a section that is gone is in force too', async () => {
    await new ConfigClient(one).remove('server');
    await until(() => limitOf(two) === 10_485_760, 2000);
  });
});

describe('writers of several nodes at once', () => {
  it('go one after the other: nothing of theirs is lost, and every node ends up the same', async () => {
    const writes = Array.from({ length: 40 }, (_, i) =>
      new ConfigClient(i % 2 === 0 ? one : two).put(`resources.race ${i}`, { numbers: [`${i}`] }),
    );
    expect((await Promise.all(writes)).map(({ status }) => status)).toEqual(writes.map(() => 200));
    const names = Object.keys((await new ConfigClient(one).readAll()).json as object);
    expect(names.filter((name) => name.startsWith('resources.race'))).toHaveLength(40);
    const { rows } = await operator.query(
      'SELECT count(DISTINCT position)::int AS places, count(*)::int AS sections FROM option_section',
    );
    expect(rows[0].places).toBe(rows[0].sections);
    const [first, second] = [one, two].map((server) => server.app.get(Configuration));
    await until(() => first!.version === second!.version, 2000);
  });

  it('see each other: a group cannot go while a service comes that names it', async () => {
    const service = { _type: 'builtin', _service: 'request-interaction' };
    for (let round = 0; round < 10; round++) {
      const group = `contested ${round}`;
      await new ConfigClient(one).put(`resources.${group}`, { numbers: ['1'] });
      const [put, removed] = await Promise.all([
        new ConfigClient(one).put('service.contested', { ...service, _resource_group: group }),
        new ConfigClient(two).remove(`resources.${group}`),
      ]);
      expect([put.status, removed.status].sort()).toEqual([200, 400]);
      await new ConfigClient(one).remove('service.contested');
    }
  });
});

describe('a stored change that this node refuses', () => {
  it('leaves the last good configuration in force, until the next good one', async () => {
    await new ConfigClient(one).put('server', { max_body_size: 20_000 });
    await until(() => limitOf(two) === 20_000, 2000);
    await writeSilently('server', { max_body_size: 30_000, of_a_later_version: true });
    await delay(1500);
    expect([limitOf(one), limitOf(two)]).toEqual([20_000, 20_000]);
    await writeSilently('server', { max_body_size: 30_000 });
    await until(() => limitOf(one) === 30_000 && limitOf(two) === 30_000, 2000);
  });
});

describe('a database that was away', () => {
  it('is followed again once it is back', async () => {
    const behind = await servers.database();
    const proxy = await startDatabaseProxy(behind.url);
    const server = await servers.start({
      database: proxy,
      config: { server: { max_body_size: 20_000 } },
    });
    const config = new ConfigClient(server);
    await proxy.cut();
    expect((await config.readAll()).json.exception).toBe('DatabaseUnavailable');
    expect((await config.put('storage', {})).status).toBe(503);
    await delay(2500);
    expect(limitOf(server)).toBe(20_000);
    const client = new Client({ connectionString: behind.url });
    await client.connect();
    await client.query(`UPDATE option_section SET options = '{"max_body_size": 30000}'`);
    await client.query('UPDATE option_version SET version = version + 1');
    await client.end();
    await proxy.open();
    await until(() => limitOf(server) === 30_000, 2000);
    await server.close();
    await proxy.close();
  });
});
