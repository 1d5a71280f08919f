import { beforeEach, describe, expect, it } from '@jest/globals';
import { useTestServer } from '../../support/use-servers.js';
import { ConfigClient } from './config-client.js';

const server = useTestServer({ config: { storage: { max_keys: 7 } }, env: { GMS_NODE_ID: 'one' } });
const config = new ConfigClient(server);

async function newest(query = ''): Promise<Record<string, unknown>[]> {
  const { status, json } = await config.audit(query);
  expect(status).toBe(200);
  return json as Record<string, unknown>[];
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const address = 'address:127.0.0.1';

// docs/compatibility.md, Configuration: the audit says who changed what, and when
describe('the audit', () => {
  let last = 0;

  beforeEach(async () => {
    last = (await newest('?limit=1'))[0]!.id as number;
  });

  /** The entries that the test made, the newest first. */
  const made = async () => (await newest()).filter(({ id }) => (id as number) > last);

  it('has the import at the start, by the node that made it', async () => {
    const entries = await newest('?section=storage');
    expect(entries.at(-1)).toEqual({
      ...{ id: 1, at: expect.stringMatching(instant), actor: 'node:one', action: 'start' },
      ...{ section: 'storage', before: null, after: { max_keys: 7 } },
    });
  });

  it('has who wrote a section, when, what it was and what it is', async () => {
    const earliest = Date.now() - 1000;
    await config.put('storage', { max_keys: 8 });
    await config.put('storage', { max_keys: 9, allow_client_ids: true });
    await config.remove('storage');
    const common = { at: expect.stringMatching(instant), actor: address, section: 'storage' };
    const entries = await made();
    expect(entries).toEqual([
      {
        ...{ id: last + 3, ...common, action: 'delete', after: null },
        before: { max_keys: 9, allow_client_ids: true },
      },
      {
        ...{ id: last + 2, ...common, action: 'put', before: { max_keys: 8 } },
        after: { max_keys: 9, allow_client_ids: true },
      },
      {
        ...{ id: last + 1, ...common, action: 'put' },
        ...{ before: last === 1 ? { max_keys: 7 } : expect.anything(), after: { max_keys: 8 } },
      },
    ]);
    for (const { at } of entries) {
      expect(Date.parse(at as string)).toBeGreaterThan(earliest);
      expect(Date.parse(at as string)).toBeLessThan(Date.now() + 1000);
    }
  });

  it('has each section that an import changed', async () => {
    await config.import('{ resources.a: {}, resources.b: { numbers: ["1"] }, storage: {} }');
    const before = (await newest('?limit=1'))[0]!.id as number;
    await config.import('{ resources.b: { numbers: ["2"] }, resources.c: {}, storage: {} }');
    const entries = (await newest()).filter(({ id }) => (id as number) > before);
    expect(
      entries.map(({ action, section, before, after }) => [action, section, before, after]),
    ).toEqual([
      ['import', 'resources.a', {}, null],
      ['import', 'resources.c', null, {}],
      ['import', 'resources.b', { numbers: ['1'] }, { numbers: ['2'] }],
    ]);
  });

  it('names the key of who came with one', async () => {
    const { json } = await server.request('POST', '/genesys/1/admin/keys', {
      json: { name: 'deploy', roles: ['Administrator'] },
    });
    await server.request('PUT', '/genesys/1/admin/config/sections/storage', {
      json: { max_keys: 11 },
      headers: { 'X-Api-Key': json.key as string, 'X-Forwarded-For': '203.0.113.9' },
    });
    expect((await made()).map(({ actor }) => actor)).toEqual(['key:deploy']);
  });

  it('has nothing of what was refused, or changed nothing', async () => {
    await config.put('storage', { max_keys: 0 });
    await config.remove('nothing');
    const { json } = await config.readAll();
    await config.import(JSON.stringify(json));
    for (const [section, options] of Object.entries(json as object)) {
      await config.put(section, options);
    }
    expect(await made()).toEqual([]);
  });

  it('shows one section, and so many entries', async () => {
    for (let most = 20; most < 25; most++) {
      await config.put('storage', { max_keys: most });
      await config.put('resources.audited', { numbers: [`${most}`] });
    }
    const storage = await newest('?section=storage&limit=3');
    expect(storage.map(({ after }) => after)).toEqual([24, 23, 22].map((n) => ({ max_keys: n })));
    expect(await newest('?section=nobody')).toEqual([]);
    expect(await newest('?limit=1')).toHaveLength(1);
    expect((await newest('?section=&limit=')).length).toBeGreaterThan(9);
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'limit=1&limit=2', 'section=a&section=b'])(
    'refuses ?%s',
    async (query) => {
      const { status, json } = await config.audit(`?${query}`);
      expect([status, json.exception]).toEqual([400, 'InvalidParameter']);
    },
  );

  it('refuses a NUL as everywhere', async () => {
    const { status, json } = await config.audit('?section=a%00');
    expect([status, json.exception]).toEqual([400, 'InvalidText']);
  });
});
