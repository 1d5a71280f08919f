import { describe, expect, it } from '@jest/globals';
import { adminKey, makeKey, trustsNobody, withKey } from '../../support/access-keys.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Tenants and roles: cview.use-role; docs/operations/security.md, The
// internal rule
const env = { GMS_ADMIN_KEY: adminKey };
const open = useTestServer({ env });
const closed = useTestServer({ env, config: { security: trustsNobody } });
const byRole = useTestServer({ env, config: { cview: { 'use-role': true } } });

const base = '/genesys/1/cs/maintenance';
const name = 'export20260101_000000_000_services.json';
const from = 'time_from=2026-01-01T00:00:00Z';
const purge = { limit: '2026-01-01T00:00:00Z', operation: 'purge.service.all' };

const reads = [`services/stream?${from}`, 'files', `files/${name}`, 'audit'];
const writes = [
  ['POST', `services/files?${from}`, undefined],
  ['POST', 'purge', purge],
  ['DELETE', `files/${name}`, undefined],
] as const;

type Server = typeof open;

async function statuses(server: Server, headers: Record<string, string>): Promise<number[][]> {
  const read = [];
  for (const path of reads) {
    read.push((await server.request('GET', `${base}/${path}`, { headers })).status);
  }
  const written = [];
  for (const [method, path, json] of writes) {
    written.push((await server.request(method, `${base}/${path}`, { headers, json })).status);
  }
  return [read, written];
}

const done = [
  [200, 200, 404, 200],
  [200, 200, 404],
];
const supervised = [done[0], [200, 403, 404]];
const all = (status: number): number[][] => done.map((calls) => calls.map(() => status));

describe('maintenance', () => {
  it('is open to the trusted network', async () => {
    expect(await statuses(open, {})).toEqual(done);
  });

  it('asks for a Supervisor, purge for an Administrator; the audit names their keys', async () => {
    expect(await statuses(closed, {})).toEqual(all(401));
    const integration = await makeKey(closed, 'integration', 'Integration');
    expect(await statuses(closed, withKey(integration.key))).toEqual(all(403));
    const supervisor = await makeKey(closed, 'exporter', 'Supervisor');
    expect(await statuses(closed, withKey(supervisor.key))).toEqual(supervised);
    const { key } = await makeKey(closed, 'purger', 'Administrator');
    expect(await statuses(closed, withKey(key))).toEqual(done);
    const audit = await closed.request('GET', `${base}/audit`, { headers: withKey(key) });
    const calls = (audit.json as any[]).map(({ operation, who }) => [operation, who]);
    expect(calls).toEqual([
      ['purge', 'key:purger'],
      ['files', 'key:purger'],
      ['stream', 'key:purger'],
      ['files', 'key:exporter'],
      ['stream', 'key:exporter'],
    ]);
  });

  it('asks for roles with cview.use-role, before it looks at the body', async () => {
    expect(await statuses(byRole, {})).toEqual(all(401));
    const keyOf = async (role: string) => withKey((await makeKey(byRole, role, role)).key);
    expect(await statuses(byRole, await keyOf('Integration'))).toEqual(all(403));
    expect(await statuses(byRole, await keyOf('Supervisor'))).toEqual(supervised);
    expect(await statuses(byRole, await keyOf('Administrator'))).toEqual(done);
    const broken = await byRole.request('POST', `${base}/purge`, { body: '{' });
    expect(broken.status).toBe(401);
  });

  it('is found under the doubled prefix too', async () => {
    const path = `/genesys/1/cs/genesys/1/cs/maintenance/services/stream?${from}`;
    expect((await open.request('GET', path)).text).toBe('[]');
  });
});
