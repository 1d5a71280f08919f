import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminKey, makeKey, trustsNobody, withKey } from '../../support/access-keys.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/operations/security.md, API keys: which role may do what
const env = { GMS_ADMIN_KEY: adminKey };
const service = { _type: 'builtin', _service: 'match-interaction', _internal: true };
const match = { 'service.match': service };
const closed = useTestServer({ env, config: { ...match, security: trustsNobody } });
const open = useTestServer({ env, config: match });

const cs = '/genesys/1/cs';
const admin = '/genesys/1/admin';
const push = '/genesys/1/notification';
const from = 'time_from=2026-01-01T00:00:00Z';
const name = 'export20260101_000000_000_services.json';

type Call = readonly [method: string, path: string, json?: object];

const calls: Record<string, readonly Call[]> = {
  'Integration, Supervisor, Administrator': [
    ['POST', `${push}/subscription`, {}],
    ['POST', `${push}/publish`, {}],
    ['GET', `${push}/deliveries`],
    ['POST', '/genesys/1/service/match', {}],
    ['POST', `${cs}/services/start`, {}],
    ['POST', `${cs}/services_composite/start`, {}],
    ['POST', `${cs}/services/x/states/start`, {}],
    ['POST', `${cs}/services/x/tasks/start`, {}],
    ['PUT', `${cs}/services/x/extensions/y`, {}],
    ['GET', `${cs}/customers/c/services`],
    ['GET', '/metrics'],
  ],
  'Supervisor, Administrator': [
    ['GET', `${admin}/config/sections`],
    ['GET', `${admin}/config/sections/security`],
    ['GET', `${admin}/config/export`],
    ['GET', `${admin}/config/audit`],
    ['GET', `${admin}/node/status`],
    ['GET', `${admin}/nodes`],
    ['GET', `${admin}/push/explain?tag=a`],
    ['GET', `${admin}/push/localization`],
    ['GET', `${cs}/maintenance/services/stream?${from}`],
    ['POST', `${cs}/maintenance/services/files?${from}`, {}],
    ['GET', `${cs}/maintenance/files`],
    ['GET', `${cs}/maintenance/files/${name}`],
    ['DELETE', `${cs}/maintenance/files/${name}`],
    ['GET', `${cs}/maintenance/audit`],
  ],
  Administrator: [
    ['POST', `${cs}/maintenance/purge`, {}],
    ['PUT', `${admin}/config/sections/gms`, {}],
    ['DELETE', `${admin}/config/sections/gms`],
    ['POST', `${admin}/config/import`, {}],
    ['GET', `${admin}/config/export?secrets=true`],
    ['PUT', `${admin}/push/localization`, {}],
    ['DELETE', `${admin}/push/localization`],
    ['GET', `${admin}/keys`],
    ['POST', `${admin}/keys`, {}],
    ['DELETE', `${admin}/keys/x`],
    ['POST', `${admin}/node/changestatus/ONLINE`],
  ],
};

const keys = new Map<string, string>();
beforeAll(async () => {
  for (const server of [closed, open]) {
    for (const role of ['Integration', 'Supervisor', 'Administrator']) {
      const { key } = await makeKey(server, role, role);
      keys.set(`${role} ${server.url}`, key);
    }
  }
});

describe('a key of some tenants', () => {
  it('may not call what all tenants share: no operation under /genesys/1/admin, whatever its role', async () => {
    const made = await closed.request('POST', `${admin}/keys`, {
      json: { name: 'north', roles: ['Administrator'], tenants: ['north'] },
      headers: withKey(adminKey),
    });
    const headers = { ...withKey(made.json.key), ContactCenterId: 'north' };
    const { json } = await closed.request('GET', '/docs-json');
    const operations = Object.entries<Record<string, unknown>>(json.paths)
      .filter(([path]) => path.startsWith(`${admin}/`))
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method, path]));
    expect(operations.length).toBeGreaterThan(15);
    for (const [method, path] of operations) {
      const answer = await closed.request(method!.toUpperCase(), path!.replace(/[{}]/g, ''), {
        headers,
      });
      expect([method, path, answer.status, answer.json.message]).toEqual([
        method,
        path,
        403,
        expect.stringContaining('what all tenants share'),
      ]);
    }
    expect((await closed.request('GET', `${cs}/maintenance/audit`, { headers })).status).toBe(200);
    const purge = await closed.request('POST', `${cs}/maintenance/purge`, { json: {}, headers });
    expect(purge.status).toBe(400);
  });
});

describe.each(Object.entries(calls))('for %s alone', (allowed, list) => {
  it.each(list)('%s %s', async (...[method, path, json]: Call) => {
    const refusals = async (server: typeof closed): Promise<Record<string, number>> => {
      const found: Record<string, number> = {};
      for (const role of ['nobody', 'Integration', 'Supervisor', 'Administrator']) {
        const key = keys.get(`${role} ${server.url}`);
        const headers = key === undefined ? {} : withKey(key);
        const { status } = await server.request(method, path, { json, headers });
        if (status === 401 || status === 403) found[role] = status;
      }
      return found;
    };
    const expected = Object.fromEntries(
      ['Integration', 'Supervisor', 'Administrator']
        .filter((role) => !allowed.split(', ').includes(role))
        .map((role) => [role, 403]),
    );
    expect(await refusals(closed)).toEqual({ nobody: 401, ...expected });
    // From the trusted network everything is allowed without a key; a key decides alone there too.
    expect(await refusals(open)).toEqual(expected);
  });
});
