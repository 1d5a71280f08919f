import { describe, expect, it } from '@jest/globals';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';
import { Sweeper } from '../../../src/core/scheduling/index.js';

const server = useTestServer({
  config: { security: { trusted_proxies: ['127.0.0.1'] } },
  env: { GMS_NODE_ID: 'one', GMS_SWEEP_INTERVAL_MS: '3600000' },
});
const path = '/genesys/1/admin/audit';
const address = 'address:127.0.0.1';
async function read(query = ''): Promise<any[]> {
  const { status, json } = await server.request('GET', `${path}${query}`);
  expect(status).toBe(200);
  return json;
}

async function keyWith(name: string, role: string): Promise<{ id: string; key: string }> {
  const json = { name, roles: [role] };
  return (await server.request('POST', '/genesys/1/admin/keys', { json })).json;
}

function call(key: string, from = '203.0.113.9', target = '/genesys/1/admin/keys') {
  const headers = { 'X-Api-Key': key, 'X-Forwarded-For': from };
  return server.request('GET', target, { headers });
}

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const once = { at: instant, calls: 1, lastAt: null };

// docs/operations/security.md, Audit: node status changes, and keys that were refused, are audited
describe('the audit', () => {
  it('has changes of the configuration', async () => {
    await server.request('PATCH', '/genesys/1/admin/config/sections/storage', {
      json: { max_keys: 7 },
    });
    expect(await read('?kind=configuration&limit=1')).toEqual([
      {
        ...{ id: expect.any(Number), ...once, kind: 'configuration', actor: address },
        ...{ action: 'patch', subject: 'storage', before: null, after: { max_keys: 7 } },
      },
    ]);
  });

  it('ends a page early where its entries are large, and the next page goes on', async () => {
    await databaseRows(
      server,
      `INSERT INTO audit_entry (kind, actor, action, subject, after)
       SELECT 'configuration', 'test', 'put', 'large' || n, jsonb_build_object('text',
              (SELECT string_agg(md5(n::text || place), '') FROM generate_series(1, 25000) AS place))
         FROM generate_series(1, 4) AS n`,
    );
    const subjects: string[][] = [];
    let before = '';
    for (let page = await read('?limit=1000'); page.length > 0;) {
      subjects.push(page.map(({ subject }) => subject as string));
      before = `&before=${page.at(-1).id as number}`;
      page = await read(`?limit=1000${before}`);
    }
    const large = subjects.map((page) => page.filter((subject) => subject.startsWith('large')));
    expect(large.flat()).toEqual(['large4', 'large3', 'large2', 'large1']);
    for (const page of large) expect(page.length).toBeLessThan(3);
    await databaseRows(server, `DELETE FROM audit_entry WHERE actor = 'test'`);
  });

  it('has each change of a node’s status', async () => {
    for (const status of ['OFFLINE', 'ONLINE']) {
      await server.request('POST', `/genesys/1/admin/node/changestatus/${status}`);
    }
    await server.request('POST', '/genesys/1/admin/node/changestatus/OFFLINE?node=nobody');
    const common = { ...once, kind: 'node', actor: address, action: 'changestatus' };
    const [offline, online] = [{ status: 'OFFLINE' }, { status: 'ONLINE' }];
    expect(await read('?kind=node')).toEqual([
      { id: expect.any(Number), ...common, subject: 'one', before: offline, after: online },
      { id: expect.any(Number), ...common, subject: 'one', before: online, after: offline },
    ]);
  });

  it('has keys that are made and deleted, with their limits and without the keys', async () => {
    const limits = { tenants: ['north'], expiresAt: '2999-01-31T12:00:00.000Z' };
    const json = { name: 'voice', roles: ['Integration'], ...limits };
    const { id, key } = (await server.request('POST', '/genesys/1/admin/keys', { json })).json;
    await server.request('DELETE', `/genesys/1/admin/keys/${id}`);
    const common = { ...once, kind: 'key', actor: address, subject: 'voice' };
    const made = { id, roles: ['Integration'], ...limits };
    const entries = await read('?kind=key');
    expect(entries.slice(0, 2)).toEqual([
      expect.objectContaining({ ...common, action: 'delete', before: made, after: null }),
      expect.objectContaining({ ...common, action: 'create', before: null, after: made }),
    ]);
    expect(JSON.stringify(entries)).not.toContain(key);
  });

  it('has every key that is made or deleted: what it cannot take is not done', async () => {
    const keys = '/genesys/1/admin/keys';
    const names = async () =>
      (await server.request('GET', keys)).json.map(({ name }: { name: string }) => name);
    const { id } = await keyWith('stays', 'Integration');
    await databaseRows(
      server,
      `ALTER TABLE audit_entry ADD CONSTRAINT no_keys CHECK (kind <> 'key') NOT VALID`,
    );
    try {
      const json = { name: 'unseen', roles: ['Administrator'] };
      expect((await server.request('POST', keys, { json })).status).toBe(500);
      expect((await server.request('DELETE', `${keys}/${id}`)).status).toBe(500);
    } finally {
      await databaseRows(server, 'ALTER TABLE audit_entry DROP CONSTRAINT no_keys');
    }
    expect(await names()).toContain('stays');
    expect(await names()).not.toContain('unseen');
    const twice = { name: 'stays', roles: ['Integration'] };
    expect((await server.request('POST', keys, { json: twice })).status).toBe(409);
  });

  it('has what was refused to a key, and to a key that nobody has, one entry a caller and minute', async () => {
    const { key } = await keyWith('desk', 'Integration');
    for (let i = 0; i < 5; i++) expect((await call(key)).status).toBe(403);
    for (let i = 0; i < 5; i++)
      expect((await call('gms_unknown', '203.0.113.77')).status).toBe(401);
    await eventually(async () => {
      const entries = await read('?kind=refusal');
      const calls = (actor: string) =>
        entries
          .filter((entry) => entry.actor === actor)
          .reduce((sum: number, entry) => sum + Number(entry.calls), 0);
      expect([calls('key:desk'), calls('address:203.0.113.77')]).toEqual([5, 5]);
      // A minute may have ended in between.
      expect(entries.length).toBeLessThanOrEqual(4);
    });
    const entries = await read('?kind=refusal');
    expect(entries.find(({ actor }) => actor === 'key:desk')).toMatchObject({
      ...{ action: 'refused', subject: 'GET /genesys/1/admin/keys' },
      after: {
        status: 403,
        exception: 'Forbidden',
        reason: expect.stringContaining('Administrator'),
      },
    });
    expect(JSON.stringify(entries)).not.toContain('gms_unknown');
  });

  it('has nothing of calls without a key, of which the internet makes many', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.55' };
    expect((await server.request('GET', path, { headers })).status).toBe(401);
    expect((await call('gms_unknown', '203.0.113.56')).status).toBe(401);
    await eventually(async () => {
      const text = JSON.stringify(await read('?kind=refusal'));
      expect(text).toContain('203.0.113.56');
      expect(text).not.toContain('203.0.113.55');
    });
  });

  it('is not filled by a flood of callers', async () => {
    for (let i = 0; i < 260; i += 20) {
      await Promise.all(
        Array.from({ length: 20 }, (_, j) =>
          call('gms_wrong', `198.51.${(i + j) >> 8}.${(i + j) & 255}`),
        ),
      );
    }
    await eventually(async () => {
      const entries = await read('?kind=refusal&limit=1000');
      const others = entries.filter(({ actor }) => actor === 'others');
      const made = entries.filter(({ actor }) => actor.startsWith('address:198.51.'));
      const calls = [...others, ...made].reduce(
        (sum: number, entry) => sum + Number(entry.calls),
        0,
      );
      expect(calls).toBe(260);
    });
    const minutes = await databaseRows(
      server,
      `SELECT count(*)::int AS entries FROM audit_entry WHERE tally LIKE 'address:198.51.%'
        GROUP BY substring(tally FROM '[0-9]+$')`,
    );
    for (const { entries } of minutes) expect(entries).toBeLessThanOrEqual(200);
  });

  it('has what was refused to a key by its name, whatever flood of wrong keys there is', async () => {
    const { key } = await keyWith('in the flood', 'Integration');
    const json = { name: 'ends in the flood', roles: ['Integration'], expiresAt: '' };
    json.expiresAt = new Date(Date.now() + 500).toISOString();
    const ended = (await server.request('POST', '/genesys/1/admin/keys', { json })).json.key;
    await eventually(async () => expect((await call(ended)).status).toBe(401));
    for (let i = 0; i < 220; i += 20) {
      const from = (j: number) => `192.0.2.${i + j}`;
      await Promise.all(Array.from({ length: 20 }, (_, j) => call('gms_wrong', from(j))));
    }
    expect((await call(key)).status).toBe(403);
    expect((await call(ended)).status).toBe(401);
    await eventually(async () => {
      const entries = await read('?kind=refusal&limit=1000');
      const reasons = (name: string) =>
        entries.filter(({ actor }) => actor === name).map(({ after }) => after.status);
      expect(reasons('key:in the flood')).toEqual([403]);
      expect(reasons('key:ends in the flood')).toContain(401);
    });
  });

  it('is read page by page', async () => {
    for (let most = 1; most <= 5; most++) {
      await server.request('PUT', '/genesys/1/admin/config/sections/storage', {
        json: { max_keys: most },
      });
    }
    const seen: number[] = [];
    let before = '';
    for (let page = 0; page < 5; page++) {
      const entries = await read(`?kind=configuration&limit=2${before}`);
      seen.push(...entries.map(({ after }) => after?.max_keys as number));
      before = `&before=${entries.at(-1)!.id}`;
      if (seen.length > 5) break;
    }
    expect(seen.slice(0, 5)).toEqual([5, 4, 3, 2, 1]);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'kind=all',
    'before=-1',
    'before=1e3',
    'sort=at',
    'kind=key&kind=key',
  ])('refuses ?%s and names it', async (query) => {
    const { status, json } = await server.request('GET', `${path}?${query}`);
    expect([status, json.exception]).toEqual([400, 'InvalidParameter']);
    expect(json.message).toContain(query.split('=')[0]);
  });

  it('is for supervisors too, and for nobody else', async () => {
    expect((await call((await keyWith('sue', 'Supervisor')).key, '203.0.113.1', path)).status).toBe(
      200,
    );
    expect(
      (await call((await keyWith('ivr', 'Integration')).key, '203.0.113.1', path)).status,
    ).toBe(403);
  });

  it('is kept for audit.retention, and so is that of Context Services', async () => {
    const retention = 7 * 86_400;
    await server.request('PUT', '/genesys/1/admin/config/sections/audit', { json: { retention } });
    await server.request(
      'GET',
      '/genesys/1/cs/maintenance/services/stream?time_from=2026-01-01T00:00:00Z',
    );
    const count = async (table: string) =>
      (await databaseRows(server, `SELECT count(*)::int AS n FROM ${table}`))[0].n as number;
    const sweeper = server.app.get(Sweeper, { strict: false });
    await sweeper.sweepNow();
    const kept = await count('audit_entry');
    expect([kept > 0, await count('cs_maintenance_audit')]).toEqual([true, 1]);
    await databaseRows(
      server,
      `UPDATE cs_maintenance_audit SET begun_at = begun_at - interval '8 days'`,
    );
    // What was refused just before is written down within a second.
    await eventually(async () => {
      await databaseRows(
        server,
        `UPDATE audit_entry SET at = at - interval '8 days' WHERE kind = 'refusal'`,
      );
      await sweeper.sweepNow();
      expect(await read('?kind=refusal')).toEqual([]);
    });
    expect((await read('?kind=key')).length).toBeGreaterThan(0);
    expect(await count('cs_maintenance_audit')).toBe(0);
    const refused = await server.request('PUT', '/genesys/1/admin/config/sections/audit', {
      json: { retention: 0 },
    });
    expect(refused.json.message).toMatch(
      /section audit, option retention: takes a whole number from/,
    );
  });
});
