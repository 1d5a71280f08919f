import { describe, expect, it } from '@jest/globals';
import { useTestServer } from '../../support/use-servers.js';
import { ConfigClient, faultsIn, pathOf } from './config-client.js';

const DNIS = {
  _allocation_strategy: 'CLUSTER',
  _booking_expiration_timeout: 30,
  numbers: ['8003449999', '8003449998'],
};
const service = { _type: 'builtin', _service: 'request-interaction', _resource_group: 'DNIS' };

const server = useTestServer({
  config: {
    server: { max_body_size: '20480' },
    'resources.DNIS': DNIS,
    'service.request-interaction': service,
  },
});
const config = new ConfigClient(server);

// docs/compatibility.md, Configuration: GET, PUT and DELETE of sections
describe('reading sections', () => {
  it('gives all of them as they were written, in order of writing', async () => {
    const { status, headers, json } = await config.readAll();
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json;charset=UTF-8');
    expect(json).toEqual({
      server: { max_body_size: '20480' },
      'resources.DNIS': DNIS,
      'service.request-interaction': service,
    });
    expect(Object.keys(json)).toEqual(['server', 'resources.DNIS', 'service.request-interaction']);
  });

  it('gives one of them', async () => {
    const { status, json } = await config.read('resources.DNIS');
    expect([status, json]).toEqual([200, DNIS]);
  });

  it('gives nothing of a section of its own that nobody wrote', async () => {
    const { status, json } = await config.read('storage');
    expect([status, json]).toEqual([200, {}]);
  });

  it.each(['resources.nobody', 'nothing', 'resources.', 'a/b', 'a\0', '__proto__', 'constructor'])(
    'answers 404 SectionNotFound for %j',
    async (section) => {
      const { status, json } = await config.read(section);
      expect([status, json.exception]).toEqual([404, 'SectionNotFound']);
    },
  );
});

describe('writing a section', () => {
  it('makes it, and answers 200 with it', async () => {
    const options = { numbers: ['33155559999'], _allocation_strategy: 'random' };
    const { status, json } = await config.put('resources.paris', options);
    expect([status, json]).toEqual([200, options]);
    expect((await config.read('resources.paris')).json).toEqual(options);
    expect(Object.keys((await config.readAll()).json).at(-1)).toBe('resources.paris');
  });

  it('replaces it whole, where it stands', async () => {
    await config.put('resources.other', { _booking_expiration_timeout: 60, numbers: ['1'] });
    await config.put('resources.last', {});
    const { json } = await config.put('resources.other', { numbers: ['2'] });
    expect(json).toEqual({ numbers: ['2'] });
    expect((await config.read('resources.other')).json).toEqual({ numbers: ['2'] });
    expect(Object.keys((await config.readAll()).json).slice(-2)).toEqual([
      'resources.other',
      'resources.last',
    ]);
  });

  it.each(['resources.Call center Köln 1.2_3~x', 'resources.営業', `resources.${'x'.repeat(100)}`])(
    'takes the name %j',
    async (section) => {
      expect((await config.put(section, { numbers: ['7'] })).status).toBe(200);
      expect((await config.read(section)).json).toEqual({ numbers: ['7'] });
      expect((await config.remove(section)).json).toEqual({});
    },
  );

  it('takes numbers and booleans as strings too', async () => {
    expect((await config.put('storage', { allow_client_ids: 'TRUE', max_keys: '5' })).status).toBe(
      200,
    );
    expect((await config.read('storage')).json).toEqual({
      allow_client_ids: 'TRUE',
      max_keys: '5',
    });
  });

  it('is in force on this node once it is answered', async () => {
    for (let i = 0; i < 20; i++) {
      const most = 1 + (i % 3);
      await config.put('storage', { max_keys: most });
      const form = Object.fromEntries(Array.from({ length: most + 1 }, (_, k) => [`k${k}`, 'v']));
      const { status, json } = await server.request('POST', '/genesys/1/storage/60', { form });
      expect([status, json.message]).toEqual([400, expect.stringContaining(`${most} key`)]);
    }
    await config.put('storage', {});
  });
});

describe('what is refused', () => {
  it.each<[string, string, unknown, string]>([
    [
      'an unknown section',
      'servers',
      {},
      'section servers: is unknown; the sections are server, security, gms, audit, storage, ',
    ],
    [
      'an unknown option',
      'storage',
      { keys: 1 },
      'section storage, option keys: is unknown; this section takes allow_client_ids, max_keys',
    ],
    [
      'a value out of range',
      'resources.DNIS',
      { ...DNIS, _booking_expiration_timeout: 4 },
      'section resources.DNIS, option _booking_expiration_timeout: takes a whole number from 5 to 1800',
    ],
    [
      'a wrong type',
      'storage',
      { allow_client_ids: 'maybe' },
      'section storage, option allow_client_ids: takes true or false',
    ],
    [
      'a wrong item',
      'resources.DNIS',
      { numbers: [true] },
      'section resources.DNIS, option numbers: takes a list, each item a phone number',
    ],
    [
      'a service that names a missing group',
      'service.lost',
      { ...service, _resource_group: 'nowhere' },
      'section service.lost, option _resource_group: names the resource group "nowhere", which is not configured',
    ],
    [
      'a family without a name',
      'resources.',
      {},
      'section resources.: takes a name after the dot: 1 to 100 letters',
    ],
    [
      'a name with characters of addresses',
      'resources.a/b',
      {},
      'section "resources.a/b": takes a name after the dot',
    ],
    [
      'a name that is too long',
      `resources.${'x'.repeat(101)}`,
      {},
      `section resources.${'x'.repeat(101)}: takes a name after the dot`,
    ],
    [
      'a name that the database cannot hold',
      'resources.a\0',
      {},
      'section "resources.a\\u0000": takes',
    ],
    ['a name of JavaScript', '__proto__', {}, 'section __proto__: is unknown'],
  ])('%s', async (_, section, options, fault) => {
    const before = (await config.readAll()).text;
    const response = await config.put(section, options);
    const [first, ...others] = faultsIn(response);
    // The list of known sections has the separator of faults inside.
    expect([first, ...others].join('; ')).toContain(fault);
    expect((await config.readAll()).text).toBe(before);
  });

  it('is every fault at once', async () => {
    const faults = faultsIn(
      await config.put('resources.DNIS', {
        _booking_expiration_timeout: 4,
        _allocation_strategy: 'BEST',
        numbers: 'all',
      }),
    );
    expect(faults).toEqual([
      'section resources.DNIS, option _booking_expiration_timeout: takes a whole number from 5 to 1800',
      'section resources.DNIS, option _allocation_strategy: takes one of RANDOM, ROUND_ROBIN, LOCAL, CLUSTER',
      expect.stringMatching(/^section resources\.DNIS, option numbers: takes a list, each item/),
    ]);
  });

  it.each<[string, object, number, string]>([
    ['no body', {}, 400, 'InvalidBody'],
    ['a list', { json: [] }, 400, 'InvalidBody'],
    ['null', { json: null }, 400, 'InvalidBody'],
    [
      'half of an object',
      { body: '{"a":', headers: { 'Content-Type': 'application/json' } },
      400,
      'InvalidBody',
    ],
    ['a form', { form: { a: 'b' } }, 415, 'UnsupportedMediaType'],
    ['too much', { json: { a: 'x'.repeat(30_000) } }, 413, 'PayloadTooLarge'],
    [
      'nesting that would exhaust the stack',
      {
        body: `{"max_keys":${'['.repeat(9000)}${']'.repeat(9000)}}`,
        headers: { 'Content-Type': 'application/json' },
      },
      400,
      'InvalidBody',
    ],
    ['text that the database cannot hold', { json: { a: 'a\0' } }, 400, 'InvalidText'],
    ['half of a surrogate pair', { json: { a: '\ud800' } }, 400, 'InvalidText'],
    ['an option whose name cannot be held', { json: { 'a\0': 1 } }, 400, 'InvalidText'],
  ])('%s as a body', async (_, options, status, exception) => {
    const response = await server.request('PUT', pathOf('storage'), options);
    expect([response.status, response.json.exception]).toEqual([status, exception]);
  });

  it('is an address that cannot be decoded', async () => {
    const response = await server.request('PUT', '/genesys/1/admin/config/sections/%E0%A4%A', {
      json: {},
    });
    expect([response.status, response.json.exception]).toEqual([400, 'InvalidParameter']);
  });
});

describe('a misspelt parameter', () => {
  it.each([
    ['GET', '/genesys/1/admin/config/export?secret=true'],
    ['GET', '/genesys/1/admin/config/sections?limit=1'],
    ['GET', `${pathOf('server')}?mask=false`],
    ['PUT', `${pathOf('storage')}?dry_run=true`],
    ['PATCH', `${pathOf('storage')}?dry_run=true`],
    ['DELETE', `${pathOf('resources.DNIS')}?dry_run=true`],
    ['POST', '/genesys/1/admin/config/import?dry_run=true'],
    ['GET', '/genesys/1/admin/config/audit?kind=put'],
  ])('is refused and named: %s %s', async (method, path) => {
    const before = (await config.readAll()).text;
    const body =
      method === 'POST' ? { body: '{}', headers: { 'Content-Type': 'application/yaml' } } : {};
    const response = await server.request(
      method,
      path,
      method === 'PUT' || method === 'PATCH' ? { json: {} } : body,
    );
    expect([response.status, response.json.exception]).toEqual([400, 'InvalidParameter']);
    expect(response.json.message).toContain(/\?(\w+)=/.exec(path)![1]);
    expect((await config.readAll()).text).toBe(before);
  });
});

describe('removing a section', () => {
  it('answers 200 {} and it is gone', async () => {
    await config.put('resources.gone', { numbers: ['1234'] });
    const { status, json } = await config.remove('resources.gone');
    expect([status, json]).toEqual([200, {}]);
    expect((await config.read('resources.gone')).status).toBe(404);
    expect((await config.remove('resources.gone')).json.exception).toBe('SectionNotFound');
  });

  it('brings back the defaults of a section of its own', async () => {
    await config.put('storage', { max_keys: 1 });
    const form = { a: '1', b: '2' };
    expect((await server.request('POST', '/genesys/1/storage/60', { form })).status).toBe(400);
    expect((await config.remove('storage')).status).toBe(200);
    expect((await server.request('POST', '/genesys/1/storage/60', { form })).status).toBe(200);
    expect((await config.read('storage')).json).toEqual({});
    expect((await config.remove('storage')).status).toBe(404);
  });

  it('is refused for a group that a service names', async () => {
    expect(faultsIn(await config.remove('resources.DNIS'))).toEqual([
      'section service.request-interaction, option _resource_group: names the resource group "DNIS", which is not configured',
    ]);
    expect((await config.read('resources.DNIS')).json).toEqual(DNIS);
  });

  it.each(['nothing', 'a\0', '__proto__'])('answers 404 for %j', async (section) => {
    expect((await config.remove(section)).status).toBe(404);
  });
});

// docs/operations/security.md, The internal rule: /genesys/1/admin/* is internal
describe('who may do it', () => {
  const calls: [string, string][] = [
    ['GET', '/genesys/1/admin/config/sections'],
    ['GET', pathOf('server')],
    ['PUT', pathOf('storage')],
    ['PATCH', pathOf('storage')],
    ['DELETE', pathOf('resources.DNIS')],
    ['GET', '/genesys/1/admin/config/export'],
    ['GET', '/genesys/1/admin/config/export?secrets=true'],
    ['POST', '/genesys/1/admin/config/import'],
    ['GET', '/genesys/1/admin/config/audit'],
  ];

  async function keyFor(role: string): Promise<string> {
    const { json } = await server.request('POST', '/genesys/1/admin/keys', {
      json: { name: `a key for ${role}`, roles: [role] },
    });
    return json.key as string;
  }

  it.each(calls)('%s %s is not for strangers', async (method, path) => {
    const headers = { 'X-Forwarded-For': '203.0.113.9' };
    const { status, json } = await server.request(method, path, { headers });
    expect([status, json.exception]).toEqual([401, 'Unauthorized']);
  });

  it('is for administrators alone', async () => {
    const integration = await keyFor('Integration');
    const administrator = await keyFor('Administrator');
    const as = (key: string) => ({ 'X-Forwarded-For': '203.0.113.9', 'X-Api-Key': key });
    for (const [method, path] of calls) {
      const { status } = await server.request(method, path, { headers: as(integration) });
      expect([method, path, status]).toEqual([method, path, 403]);
    }
    const { status } = await server.request('GET', calls[0]![1], { headers: as(administrator) });
    expect(status).toBe(200);
  });

  it('is for supervisors to read, but for the secrets', async () => {
    const headers = { 'X-Api-Key': await keyFor('Supervisor') };
    const may = async (method: string, path: string) => {
      const { status } = await server.request(method, path, { headers, json: {} });
      return status !== 403;
    };
    const allowed: string[] = [];
    for (const [method, path] of calls) {
      if (await may(method, path)) allowed.push(`${method} ${path.split('/admin/config')[1]}`);
    }
    expect(allowed).toEqual([
      ...['GET /sections', 'GET /sections/server', 'GET /export', 'GET /audit'],
    ]);
  });
});
