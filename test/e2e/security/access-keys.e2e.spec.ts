import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { adminKey, makeKey, putSection, trustsNobody, withKey } from '../../support/access-keys.js';
import { useServers, useTestServer } from '../../support/use-servers.js';

// docs/operations/security.md, API keys
const server = useTestServer({
  config: { security: trustsNobody },
  env: { GMS_ADMIN_KEY: adminKey },
});
const keys = '/genesys/1/admin/keys';
const asAdmin = { headers: withKey(adminKey) };
const good = { name: 'limited', roles: ['Integration'] };
const basic = (text: string): { Authorization: string } => ({
  Authorization: `Basic ${Buffer.from(text).toString('base64')}`,
});
const unknownKey = `gms_${'A'.repeat(43)}`;

async function get(
  headers: Record<string, string | string[]>,
): Promise<[status: number, exception: string | undefined]> {
  const answer = await server.request('GET', keys, { headers });
  return [answer.status, answer.status === 200 ? undefined : answer.json.exception];
}

describe('POST …/admin/keys', () => {
  it('answers the id and the key, which is good from then on', async () => {
    const made = await server.request('POST', keys, {
      json: { name: 'voice platform', roles: ['Integration', 'Administrator', 'Integration'] },
      ...asAdmin,
    });
    expect(made.status).toBe(200);
    expect(made.json).toEqual({
      id: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      key: expect.stringMatching(/^gms_[\w-]{43}$/),
    });
    expect(await get(withKey(made.json.key))).toEqual([200, undefined]);
  });

  it('keeps the key as a hash alone, and shows it once', async () => {
    const { id, key } = await makeKey(server, 'secret', 'Integration');
    const list = await server.request('GET', keys, asAdmin);
    expect(list.json.find((one: { id: string }) => one.id === id)).toEqual({
      id,
      name: 'secret',
      roles: ['Integration'],
      tenants: null,
      expiresAt: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      lastUsedAt: null,
    });
    expect(list.text).not.toContain(key.slice(4));
    const client = new Client({ connectionString: server.databaseUrl });
    await client.connect();
    const { rows } = await client.query('SELECT a::text AS row FROM access_key a WHERE id = $1', [
      id,
    ]);
    await client.end();
    expect(rows[0].row).toContain('secret');
    expect(rows[0].row).not.toContain(key.slice(4, 20));
    expect(rows[0].row).not.toContain(Buffer.from(key).toString('hex'));
  });

  it.each([
    [{ roles: ['Integration'] }, 400, 'MissingParameter', 'name'],
    [{ name: '', roles: ['Integration'] }, 400, 'MissingParameter', 'name'],
    [{ name: 'x' }, 400, 'MissingParameter', 'roles'],
    [{ name: null, roles: null }, 400, 'MissingParameter', 'name'],
    [{ name: 'x', roles: [] }, 400, 'InvalidParameter', 'roles takes'],
    [{ name: 'x', roles: 'Integration' }, 400, 'InvalidParameter', 'roles takes'],
    [{ name: 'x', roles: ['Integration', 'King'] }, 400, 'InvalidParameter', 'roles[1] takes'],
    [{ name: 'x', roles: ['integration'] }, 400, 'InvalidParameter', 'roles[0] takes'],
    [{ name: 7, roles: ['Integration'] }, 400, 'InvalidParameter', 'name takes'],
    [{ name: '  ', roles: ['Integration'] }, 400, 'InvalidParameter', 'name takes'],
    [{ name: 'x'.repeat(256), roles: ['Integration'] }, 400, 'InvalidParameter', 'name takes'],
    [{ name: 'a\tb', roles: ['Integration'] }, 400, 'InvalidParameter', 'name takes'],
    [{ name: 'GMS_ADMIN_KEY', roles: ['Integration'] }, 400, 'InvalidParameter', 'name takes'],
    [{ name: 'a\0b', roles: ['Integration'] }, 400, 'InvalidText', 'name'],
    [{ ...good, expiresAt: 'tomorrow' }, 400, 'InvalidParameter', 'expiresAt takes'],
    [{ ...good, expiresAt: '2030-02-30T00:00:00Z' }, 400, 'InvalidParameter', 'expiresAt takes'],
    [{ ...good, expiresAt: '2030-01-01T00:00:00' }, 400, 'InvalidParameter', 'expiresAt takes'],
    [{ ...good, expiresAt: '' }, 400, 'InvalidParameter', 'expiresAt takes'],
    [{ ...good, expiresAt: 1893456000 }, 400, 'InvalidParameter', 'expiresAt takes'],
    [{ ...good, expiresAt: '2020-01-01T00:00:00Z' }, 400, 'InvalidParameter', 'in the future'],
    [{ ...good, tenants: [] }, 400, 'InvalidParameter', 'tenants takes'],
    [{ ...good, tenants: 'north' }, 400, 'InvalidParameter', 'tenants takes'],
    [{ ...good, tenants: ['north', ' '] }, 400, 'InvalidParameter', 'tenants[1] takes'],
    [{ ...good, tenants: ['x'.repeat(256)] }, 400, 'InvalidParameter', 'tenants[0] takes'],
    [{ ...good, tenants: [7] }, 400, 'InvalidParameter', 'tenants[0] takes'],
    [[], 400, 'InvalidBody', 'object'],
    ['text', 400, 'InvalidBody', 'object'],
  ])('refuses %j', async (json, status, exception, words) => {
    const answer = await server.request('POST', keys, { json, ...asAdmin });
    expect([answer.status, answer.json.exception]).toEqual([status, exception]);
    expect(answer.json.message).toContain(words);
  });

  it('makes no key by one that ends which would work longer than that', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const json = { name: 'ends in an hour', roles: ['Administrator'], expiresAt };
    const parent = await server.request('POST', keys, { json, ...asAdmin });
    const headers = withKey(parent.json.key);
    const make = async (limits: object) => {
      const json = { name: `child ${JSON.stringify(limits)}`, roles: ['Administrator'], ...limits };
      return server.request('POST', keys, { json, headers });
    };
    const later = new Date(Date.parse(expiresAt) + 1).toISOString();
    for (const limits of [{}, { expiresAt: null }, { expiresAt: later }]) {
      const answer = await make(limits);
      expect([limits, answer.status, answer.json.exception]).toEqual([limits, 403, 'Forbidden']);
      expect(answer.json.message).toContain(`expiresAt no later than ${expiresAt}`);
    }
    const child = await make({ expiresAt, tenants: ['north'] });
    expect(child.status).toBe(200);
  });

  it('refuses a second key of one name, also when two come at once', async () => {
    const json = { name: 'only one', roles: ['Integration'] };
    const both = await Promise.all(
      [1, 2].map(() => server.request('POST', keys, { json, ...asAdmin })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const third = await server.request('POST', keys, { json, ...asAdmin });
    expect([third.status, third.json.exception]).toEqual([409, 'AccessKeyExists']);
  });
});

describe('a key', () => {
  it('comes as Authorization: Bearer, X-Api-Key, apikey or the password of HTTP Basic', async () => {
    const { key } = await makeKey(server, 'any way', 'Administrator');
    expect(await get({ Authorization: `Bearer ${key}` })).toEqual([200, undefined]);
    expect(await get({ Authorization: `bearer  ${key}` })).toEqual([200, undefined]);
    expect(await get({ 'X-Api-Key': key })).toEqual([200, undefined]);
    expect(await get({ apikey: key })).toEqual([200, undefined]);
    expect(await get({ ApiKey: key })).toEqual([200, undefined]);
    for (const name of ['', 'anybody', 'Zoë', key]) {
      expect([name, ...(await get(basic(`${name}:${key}`)))]).toEqual([name, 200, undefined]);
    }
    expect(await get(basic(`a:${adminKey}`))).toEqual([200, undefined]);
    const everyWay = { 'X-Api-Key': key, apikey: key, ...withKey(key) };
    expect(await get(everyWay)).toEqual([200, undefined]);
  });

  it('is the only one in its request: two different ones are 400', async () => {
    const { key } = await makeKey(server, 'one of two', 'Administrator');
    const several: Record<string, string>[] = [
      { 'X-Api-Key': key, ...withKey(unknownKey) },
      { 'X-Api-Key': unknownKey, ...withKey(key) },
      { 'X-Api-Key': key, apikey: unknownKey },
      { apikey: key, ...basic(`name:${unknownKey}`) },
    ];
    for (const headers of several) {
      expect(await get(headers)).toEqual([400, 'InvalidParameter']);
    }
  });

  it('works until its end, and never longer', async () => {
    const expiresAt = new Date(Date.now() + 1500).toISOString();
    const json = { name: 'ends soon', roles: ['Administrator'], expiresAt };
    const made = await server.request('POST', keys, { json, ...asAdmin });
    expect(made.status).toBe(200);
    const list = await server.request('GET', keys, asAdmin);
    const listed = (list.json as { id: string }[]).find(({ id }) => id === made.json.id);
    expect(listed).toMatchObject({ expiresAt, tenants: null });
    const statuses = new Set<number>();
    // A key that is used all the time is known for a second more.
    while (Date.now() < Date.parse(expiresAt) + 1500) {
      statuses.add((await server.request('GET', keys, { headers: withKey(made.json.key) })).status);
    }
    expect(statuses).toEqual(new Set([200, 401]));
    const { status, json: refusal } = await server.request('GET', keys, {
      headers: withKey(made.json.key),
    });
    expect([status, refusal.exception, refusal.message]).toEqual([
      401,
      'Unauthorized',
      'the API key has expired',
    ]);
  });

  it('of some tenants is forbidden with another one, and with none', async () => {
    const json = {
      name: 'of the north',
      roles: ['Integration'],
      tenants: ['north', 'Süd', 'north'],
    };
    const made = await server.request('POST', keys, { json, ...asAdmin });
    expect(made.status).toBe(200);
    const list = await server.request('GET', keys, asAdmin);
    const listed = (list.json as { id: string }[]).find(({ id }) => id === made.json.id);
    expect(listed).toMatchObject({ tenants: ['north', 'Süd'], expiresAt: null });
    const statusOf = async (path: string, tenant?: string): Promise<number> => {
      const ContactCenterId = tenant === undefined ? [] : [tenant];
      const headers = { ...withKey(made.json.key), ContactCenterId };
      return (await server.request('GET', path, { headers })).status;
    };
    for (const path of ['/genesys/1/cs/customers/c/services', '/metrics']) {
      expect(await statusOf(path, 'north')).toBe(200);
      expect(await statusOf(path, ' north ')).toBe(200);
      expect(await statusOf(path, Buffer.from('Süd').toString('latin1'))).toBe(200);
      for (const tenant of [undefined, '', 'south', 'NORTH', 'north, south', 'north,north']) {
        expect([tenant, await statusOf(path, tenant)]).toEqual([tenant, 403]);
      }
    }
  });

  it.each([
    ['Authorization', 'Bearer'],
    ['Authorization', `Bearer ${unknownKey}`],
    ['Authorization', 'Bearer a-first-key-for-administrator'],
    ['Authorization', 'Bearer a-first-key-for-administratorsX'],
    ['Authorization', 'Bearer A-FIRST-KEY-FOR-ADMINISTRATORS'],
    ['Authorization', adminKey],
    ['Authorization', `Basic ${Buffer.from(`x:${adminKey}x`).toString('base64')}`],
    ['Authorization', `Basic ${Buffer.from(`${adminKey}:`).toString('base64')}`],
    ['Authorization', `Basic ${Buffer.from(adminKey).toString('base64')}`],
    ['Authorization', `Basic x:${adminKey}`],
    ['apikey', unknownKey],
    ['Authorization', `Bearer ${adminKey} ${adminKey}`],
    ['X-Api-Key', `${adminKey}, ${adminKey}`],
    ['X-Api-Key', ''],
    ['X-Api-Key', 'gms_'],
    ['X-Api-Key', "' OR 1=1 --"],
    ['X-Api-Key', '%'],
    ['X-Api-Key', 'x'.repeat(100)],
  ])('that nobody has is refused: %s: %s', async (name, value) => {
    expect(await get({ [name]: value })).toEqual([401, 'Unauthorized']);
  });

  it('without the role that a call needs is known, and forbidden', async () => {
    for (const role of ['Integration', 'Supervisor']) {
      const { key } = await makeKey(server, `only ${role}`, role);
      const answer = await server.request('GET', keys, { headers: withKey(key) });
      expect([answer.status, answer.json.exception]).toEqual([403, 'Forbidden']);
      expect(answer.json.message).toContain('Administrator');
      expect(answer.headers['www-authenticate']).toBeUndefined();
    }
  });

  it('notes when it was used', async () => {
    const { id, key } = await makeKey(server, 'used', 'Administrator');
    const before = Date.now();
    await get(withKey(key));
    const list = await server.request('GET', keys, asAdmin);
    const { lastUsedAt } = list.json.find((one: { id: string }) => one.id === id);
    expect(Math.abs(Date.parse(lastUsedAt) - before)).toBeLessThan(30_000);
  });

  it('decides alone when it is shown, in a trusted network as well', async () => {
    const { key } = await makeKey(server, 'shown', 'Integration');
    await putSection(server, 'security', { trusted_networks: ['127.0.0.0/8'] });
    expect(await get({})).toEqual([200, undefined]);
    expect(await get(withKey(unknownKey))).toEqual([401, 'Unauthorized']);
    expect(await get({ apikey: unknownKey })).toEqual([401, 'Unauthorized']);
    expect(await get(basic('name:guess'))).toEqual([401, 'Unauthorized']);
    expect(await get(withKey(key))).toEqual([403, 'Forbidden']);
    await putSection(server, 'security', trustsNobody);
    expect(await get({})).toEqual([401, 'Unauthorized']);
  });
});

describe('DELETE …/admin/keys/{id}', () => {
  it('ends a key at once', async () => {
    const { id, key } = await makeKey(server, 'short lived', 'Administrator');
    expect(await get(withKey(key))).toEqual([200, undefined]);
    const answer = await server.request('DELETE', `${keys}/${id}`, asAdmin);
    expect([answer.status, answer.json]).toEqual([200, {}]);
    expect(await get(withKey(key))).toEqual([401, 'Unauthorized']);
    await makeKey(server, 'short lived', 'Administrator');
  });

  it.each(['0e8c4ad4-3d17-4a52-9e6a-1f6e3ac4ef00', 'x', '%00', "'", 'GMS_ADMIN_KEY', '%F0%9F'])(
    'does not know %s',
    async (id) => {
      const answer = await server.request('DELETE', `${keys}/${id}`, asAdmin);
      expect([400, 404]).toContain(answer.status);
      if (id !== '%F0%9F') expect(answer.json.exception).toBe('AccessKeyNotFound');
    },
  );

  it('knows a key once', async () => {
    const { id } = await makeKey(server, 'once', 'Integration');
    const both = await Promise.all(
      [1, 2].map(() => server.request('DELETE', `${keys}/${id}`, asAdmin)),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
  });
});

describe('on two nodes', () => {
  const servers = useServers();

  it('a key works on both and stops on both within two seconds', async () => {
    const database = await servers.database();
    const options = {
      config: { security: trustsNobody },
      env: { GMS_ADMIN_KEY: adminKey },
      database,
    };
    const one = await servers.start(options);
    const other = await servers.start(options);
    const { id, key } = await makeKey(one, 'roaming', 'Administrator');
    const statusAt = async (node: typeof one): Promise<number> =>
      (await node.request('GET', keys, { headers: withKey(key) })).status;
    expect([await statusAt(one), await statusAt(other)]).toEqual([200, 200]);
    // The other node is asked all the time, so that it has the key at hand when it is deleted.
    await one.request('DELETE', `${keys}/${id}`, asAdmin);
    const deleted = performance.now();
    while ((await statusAt(other)) === 200) {
      expect(performance.now() - deleted).toBeLessThan(2000);
    }
    expect(await statusAt(one)).toBe(401);
    expect(await statusAt(other)).toBe(401);
  });
});
