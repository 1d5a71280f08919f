import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { TestDatabase } from '../../support/test-database.js';
import { useServers } from '../../support/use-servers.js';
import { ConfigClient, until } from './config-client.js';
import { type MadeServer, makePlugged } from './plugged-server.js';

const nodes: MadeServer[] = [];

// Before the databases are dropped, also when a test failed.
afterAll(async () => {
  for (const node of nodes) await node.close();
});
const servers = useServers();
let folder: string;
let database: TestDatabase;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opengms-config-'));
});

beforeEach(async () => {
  database = await servers.database();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;

async function fileOf(yaml: string | Uint8Array): Promise<string> {
  const file = join(folder, `${++files}.yaml`);
  await writeFile(file, yaml);
  return file;
}

function start(file: string, reload = false) {
  const env = { GMS_CONFIG: file, GMS_CONFIG_RELOAD: String(reload) };
  return servers.start({ database, env });
}

/** The lines of the error with which a start fails. */
async function failureOf(starting: Promise<unknown>): Promise<string[]> {
  const failure: unknown = await starting.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(Error);
  return (failure as Error).message.split('\n');
}

async function query(sql: string): Promise<any[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

// README.md, Environment: GMS_CONFIG, GMS_CONFIG_RELOAD
describe('the sections file', () => {
  it('is imported when the database holds no section, and not again', async () => {
    const first = await start(await fileOf('storage: { max_keys: 1 }'));
    expect((await new ConfigClient(first).readAll()).json).toEqual({ storage: { max_keys: 1 } });
    await new ConfigClient(first).put('storage', { max_keys: 2 });
    await first.close();
    const second = await start(await fileOf('storage: { max_keys: 3 }'));
    expect((await new ConfigClient(second).readAll()).json).toEqual({ storage: { max_keys: 2 } });
  });

  it('need not be there when the database holds sections', async () => {
    await (await start(await fileOf('storage: { max_keys: 1 }'))).close();
    const server = await start(join(folder, 'nowhere.yaml'));
    expect((await new ConfigClient(server).readAll()).json).toEqual({ storage: { max_keys: 1 } });
  });

  it('replaces what is there at every start when it is asked to', async () => {
    const first = await start(await fileOf('{ storage: { max_keys: 1 }, resources.a: {} }'));
    await first.close();
    const file = await fileOf('{ storage: { max_keys: 3 }, resources.b: {} }');
    const second = await start(file, true);
    const all = (await new ConfigClient(second).readAll()).json;
    expect(all).toEqual({ storage: { max_keys: 3 }, 'resources.b': {} });
    await new ConfigClient(second).put('storage', { max_keys: 4 });
    await second.close();
    const third = await start(file, true);
    expect((await new ConfigClient(third).readAll()).json).toEqual(all);
  });

  it('is imported once by several nodes that start at once', async () => {
    const config = { storage: { max_keys: 1 }, 'resources.a': { numbers: ['1'] } };
    for (let i = 0; i < 3; i++) nodes.push(await makePlugged({ rules: [], config, database }));
    // None can read until all of them are about to.
    const blocker = new Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE option_section');
    const starting = Promise.all(nodes.map((node) => node.start()));
    await until(async () => {
      const { rows } = await blocker.query(
        'SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks WHERE NOT granted',
      );
      return rows[0].waiting >= nodes.length;
    });
    await blocker.query('COMMIT');
    await blocker.end();
    const started = await starting;
    for (const node of started) {
      expect((await new ConfigClient(node).readAll()).json).toEqual(config);
    }
    expect(await query('SELECT subject AS section, action FROM audit_entry ORDER BY id')).toEqual([
      { section: 'storage', action: 'start' },
      { section: 'resources.a', action: 'start' },
    ]);
    expect(await query('SELECT version::int FROM option_version')).toEqual([{ version: 1 }]);
    for (const node of started) await node.close();
  });

  it('is imported once by two processes that start at once', async () => {
    const env = { GMS_CONFIG: await fileOf('{ storage: { max_keys: 1 }, resources.a: {} }') };
    const processes = await Promise.all([
      servers.spawn({ database, env }),
      servers.spawn({ database, env }),
    ]);
    for (const server of processes) {
      expect((await new ConfigClient(server).readAll()).json).toEqual({
        storage: { max_keys: 1 },
        'resources.a': {},
      });
    }
    expect(await query('SELECT count(*)::int FROM audit_entry')).toEqual([{ count: 2 }]);
    await Promise.all(processes.map((server) => server.stop()));
  });
});

// docs/compatibility.md, Configuration: a faulty file stops the start and lists every fault
describe('a faulty file', () => {
  it('stops the start with a line for each fault, naming file, section, option and what it takes', async () => {
    const file = await fileOf(
      [
        'servers: {}',
        'storage: { max_keys: many, keys: 1 }',
        'resources.DNIS: { _booking_expiration_timeout: 4 }',
        'service.lost: { _type: builtin, _service: request-interaction, _resource_group: nowhere }',
        'security: 7',
        'security: {}',
      ].join('\n'),
    );
    const lines = await failureOf(start(file));
    expect(lines).toEqual([
      `${file}: line 6, column 1: "security" stands here twice`,
      expect.stringMatching(/: section servers: is unknown; the sections are server, security,/),
      `${file}: section storage, option max_keys: takes a whole number from 1 to 20000`,
      `${file}: section storage, option keys: is unknown; this section takes allow_client_ids, max_keys`,
      `${file}: section resources.DNIS, option _booking_expiration_timeout: takes a whole number from 5 to 1800`,
      `${file}: section security: takes a map of options`,
      `${file}: section service.lost, option _resource_group: names the resource group "nowhere", which is not configured`,
    ]);
    for (const line of lines) expect(line.startsWith(`${file}: `)).toBe(true);
    expect(await query('SELECT name FROM option_section')).toEqual([]);
    expect(await query('SELECT id FROM audit_entry')).toEqual([]);
  });

  it('of more than 500 faults lists the first 500, and says how many more there are', async () => {
    const names = Array.from({ length: 620 }, (_, place) => `s${place}: {}`);
    const file = await fileOf(names.join('\n'));
    const lines = await failureOf(start(file));
    expect(lines).toHaveLength(501);
    expect(lines[499]).toMatch(/: section s499: is unknown/);
    expect(lines[500]).toBe(`${file}: and 120 more faults`);
  });

  it('stops the start when it is to replace what is there, which stays', async () => {
    await (await start(await fileOf('storage: { max_keys: 1 }'))).close();
    const file = await fileOf('storage: { max_keys: 0 }');
    expect(await failureOf(start(file, true))).toEqual([
      `${file}: section storage, option max_keys: takes a whole number from 1 to 20000`,
    ]);
    expect(await query('SELECT options FROM option_section')).toEqual([
      { options: { max_keys: 1 } },
    ]);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['that is no YAML', 'storage: {', /^line 1, column \d+: is not YAML \(.+\)$/],
    ['that is empty', '', /^line 1, column 1: takes a map of sections$/],
    ['that is no text', Uint8Array.of(0xff, 0xfe), /^takes text in UTF-8$/],
  ])('%s stops the start', async (_, content, fault) => {
    const file = await fileOf(content);
    const [line, ...more] = await failureOf(start(file));
    expect(line!.startsWith(`${file}: `)).toBe(true);
    expect(line!.slice(file.length + 2)).toMatch(fault);
    expect(more).toEqual([]);
  });

  it('that is missing stops the start, and the line names GMS_CONFIG', async () => {
    const file = join(folder, 'nowhere.yaml');
    expect(await failureOf(start(file))).toEqual([
      `${file}: there is no such file; GMS_CONFIG takes the path of a YAML file of sections`,
    ]);
    expect(await failureOf(start(folder))).toEqual([
      `${folder}: the file cannot be read (EISDIR); GMS_CONFIG takes the path of a YAML file of sections`,
    ]);
  });

  it('stops the start before anything works by it: the node does not show itself', async () => {
    const nodes = () => query('SELECT id FROM node');
    await failureOf(start(await fileOf('storage: { max_keys: 0 }')));
    expect(await nodes()).toEqual([]);
    await start(await fileOf('storage: { max_keys: 1 }'));
    expect(await nodes()).toHaveLength(1);
  });

  it('ends the process with its faults', async () => {
    const file = await fileOf('{ storage: { max_keys: 0 }, servers: {} }');
    const text = (await failureOf(servers.spawn({ database, env: { GMS_CONFIG: file } }))).join(
      ' | ',
    );
    expect(text).toContain('ended with 1');
    expect(text).toContain(`| ${file}: section storage, option max_keys: takes a whole number`);
    expect(text).toContain(`| ${file}: section servers: is unknown`);
  });
});

describe('a stored configuration that this version refuses', () => {
  it('stops the start with its faults, and is not touched', async () => {
    const file = await fileOf('storage: { max_keys: 1 }');
    await (await start(file)).close();
    await query(
      `INSERT INTO option_section (name, options, position)
       VALUES ('of_old', '{"password": "hunter2"}', 7)`,
    );
    await query(`UPDATE option_section SET options = '{"old": 1}' WHERE name = 'storage'`);
    const lines = await failureOf(start(file));
    expect(lines).toEqual([
      'the stored configuration: section storage, option old: is unknown; this section takes allow_client_ids, max_keys',
      expect.stringMatching(/^the stored configuration: section of_old: is unknown; the sections/),
    ]);
    expect(await query('SELECT count(*)::int FROM option_section')).toEqual([{ count: 2 }]);
  });

  it('ends the process with one line for each option that an older version took', async () => {
    const file = await fileOf('{ push: {}, push.provider.old: {}, security: {}, server: {} }');
    await (await start(file)).close();
    const store = (name: string, options: object) =>
      query(
        `UPDATE option_section SET options = '${JSON.stringify(options)}' WHERE name = '${name}'`,
      );
    await store('push', { localizationFileLocation: '/etc/gms/localization.json' });
    await store('push.provider.old', { 'webpush.subject': 'mailto:ops@gms.local' });
    await store('security', { cors_origins: ['https://www.example.com', 'https://*.example.com'] });
    const lines = (await failureOf(servers.spawn({ database }))).filter((line) =>
      line.startsWith('the stored configuration: '),
    );
    const named = lines.map((line) => /section (\S+), option (\S+): takes /.exec(line)?.slice(1));
    expect(named).toEqual([
      ['push', 'localizationFileLocation'],
      ['push.provider.old', 'webpush.subject'],
      ['security', 'cors_origins'],
    ]);
  });

  it('can be replaced by the file; what nobody knows any more is masked in the audit', async () => {
    const file = await fileOf('storage: { max_keys: 1 }');
    await query(
      `INSERT INTO option_section (name, options, position)
       VALUES ('of_old', '{"password": "hunter2"}', 7)`,
    );
    const server = await start(file, true);
    const { json } = await new ConfigClient(server).audit('?section=of_old');
    expect(json).toMatchObject([{ before: { password: '********' }, after: null }]);
  });
});
