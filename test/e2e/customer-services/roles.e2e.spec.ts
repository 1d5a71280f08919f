import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminKey, makeKey, putSection, trustsNobody, withKey } from '../../support/access-keys.js';
import {
  base,
  call,
  expectRefusal,
  fresh,
  read,
  send,
  snapshot,
  startService,
  startState,
  startTask,
} from '../../support/customer-services.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Tenants and roles: cview.use-role; docs/operations/security.md, The
// internal rule
const server = useTestServer({
  config: { cview: { 'use-role': true } },
  env: { GMS_ADMIN_KEY: adminKey },
});
const strict = useTestServer({
  config: { security: trustsNobody },
  env: { GMS_ADMIN_KEY: adminKey },
});
const open = useTestServer({ env: { GMS_ADMIN_KEY: adminKey } });

type Call = [method: string, path: string, body?: unknown];

const reads: Call[] = [
  ['GET', '/services/{id}'],
  ['GET', '/services/anonymous/k'],
  ['GET', '/services/anonymous/k/active'],
  ['GET', '/services/anonymous/k/completed'],
  ['GET', '/customers/c/services'],
  ['GET', '/customers/c/services/active'],
  ['GET', '/customers/c/services/completed'],
  ['GET', '/services/{id}/states'],
  ['GET', '/services/{id}/states/active'],
  ['GET', '/services/{id}/states/completed'],
  ['GET', '/services/{id}/states/{sid}'],
  ['GET', '/services/{id}/tasks'],
  ['GET', '/services/{id}/tasks/active'],
  ['GET', '/services/{id}/tasks/completed'],
  ['GET', '/services/{id}/tasks/{tid}'],
];
const element = { service: { contact_key: 'k' }, state: {} };
const writes: Call[] = [
  ['POST', '/services/start', { contact_key: 'k' }],
  ['POST', '/services_composite/start', { services: [element] }],
  ['POST', '/customers/c/services/{id}', {}],
  ['PUT', '/services/{id}', { ttl: 60 }],
  ['PUT', '/services/{id}/extensions/n', 1],
  ['PUT', '/services/{id}/extensions/m/merge', {}],
  ['POST', '/services/{id}/states/start', {}],
  ['POST', '/services/{id}/states/transition', { from: { state_id: '{sid}' } }],
  ['POST', '/services/{id}/states/{sid}/end', {}],
  ['PUT', '/services/{id}/states/{sid}/extensions/n', 1],
  ['PUT', '/services/{id}/states/{sid}/extensions/m/merge', {}],
  ['POST', '/services/{id}/tasks/start', {}],
  ['POST', '/services/{id}/tasks/{tid}/end', {}],
  ['PUT', '/services/{id}/tasks/{tid}/extensions/n', 1],
  ['PUT', '/services/{id}/tasks/{tid}/extensions/m/merge', {}],
  ['POST', '/services/{id}/end', {}],
  ['DELETE', '/services/{id}'],
];
const every: Call[] = [...reads, ...writes];

interface Ids {
  readonly id: string;
  readonly sid: number;
  readonly tid: number;
}

async function idsOn(target: typeof server): Promise<Ids> {
  const admin = withKey(adminKey);
  const id = await startService(target, { contact_key: fresh() }, admin);
  const sid = await startState(target, id, {}, admin);
  return { id, sid, tid: await startTask(target, id, {}, admin) };
}

function filled<Value>(value: Value, ids: Ids): Value {
  if (value === undefined) return value;
  let text = JSON.stringify(value);
  for (const [name, id] of Object.entries(ids)) text = text.replaceAll(`{${name}}`, String(id));
  return JSON.parse(text) as Value;
}

const attempt = (target: typeof server, ids: Ids, [method, path, body]: Call, headers = {}) =>
  call(target, method, filled(path, ids), filled(body, ids), headers);

const keys: Record<string, string> = {};
let ids: Ids;
let untouched: string;
let anyKey: string;
beforeAll(async () => {
  for (const role of ['Supervisor', 'Administrator', 'Integration']) {
    keys[role] = (await makeKey(server, role, role)).key;
  }
  ids = await idsOn(server);
  untouched = await snapshot(server);
  anyKey = (await makeKey(strict, 'any', 'Integration')).key;
});

describe('with cview.use-role', () => {
  it.each(every)('%s %s needs a key, also from a trusted network', async (...each) => {
    expectRefusal(await attempt(server, ids, each), 401, 'Unauthorized');
    const wrong = await attempt(server, ids, each, withKey('gms_nobody'));
    expectRefusal(wrong, 401, 'Unauthorized');
    expect(await snapshot(server)).toBe(untouched);
  });

  it.each(every)('%s %s is not for the role Integration', async (...each) => {
    const answer = await attempt(server, ids, each, withKey(keys.Integration!));
    expectRefusal(answer, 403, 'Forbidden');
    expect(await snapshot(server)).toBe(untouched);
  });

  it.each(writes)('%s %s is not for a Supervisor', async (...each) => {
    const answer = await attempt(server, ids, each, withKey(keys.Supervisor!));
    expectRefusal(answer, 403, 'Forbidden');
    expect(await snapshot(server)).toBe(untouched);
  });

  it.each(reads)('%s %s is for Supervisor and Administrator', async (...each) => {
    for (const key of [keys.Supervisor!, keys.Administrator!, adminKey]) {
      expect((await attempt(server, ids, each, withKey(key))).status).toBe(200);
      const other = await attempt(server, ids, each, { 'X-Api-Key': key });
      expect(other.status).toBe(200);
    }
  });

  it.each(writes)('%s %s is for an Administrator', async (...each) => {
    const own = await idsOn(server);
    const answer = await attempt(server, own, each, withKey(keys.Administrator!));
    expect([Math.floor(answer.status / 100), answer.text]).toEqual([2, expect.any(String)]);
  });

  it('a key of several roles may do what any of them may', async () => {
    const { key } = await makeKey(server, 'several', 'Integration', 'Supervisor');
    const headers = withKey(key);
    expect((await attempt(server, ids, reads[0]!, headers)).status).toBe(200);
    expectRefusal(await attempt(server, ids, writes[0]!, headers), 403, 'Forbidden');
  });

  it('answers before it looks at body and ids', async () => {
    const path = '/services/start';
    for (const body of ['{', '[]', '{"session_id":7}']) {
      expectRefusal(await send(server, 'POST', path, body), 401, 'Unauthorized');
    }
    expectRefusal(await send(server, 'POST', path, '{}', 'text/plain'), 401, 'Unauthorized');
    const headers = { ...withKey(keys.Supervisor!), 'Content-Type': 'application/json' };
    for (const target of [path, '/services/x/end', '/services/x/states/start']) {
      const answer = await server.request('POST', base + target, { body: '{', headers });
      expectRefusal(answer, 403, 'Forbidden');
    }
    expectRefusal(await call(server, 'GET', '/services/x'), 401, 'Unauthorized');
    const unknown = await call(server, 'DELETE', '/services/x', undefined, headers);
    expectRefusal(unknown, 403, 'Forbidden');
  });

  it('holds for the doubled base and the old prefixes as well', async () => {
    for (const prefix of ['/genesys/1/cs/genesys/1/cs', '/gms-web/gms/1/cs']) {
      const answer = await server.request('GET', `${prefix}/services/${ids.id}`);
      expectRefusal(answer, 401, 'Unauthorized');
    }
  });
});

describe('without cview.use-role (off by default)', () => {
  it('a trusted network needs no key, and any key is good', async () => {
    const id = await startService(open);
    const { key } = await makeKey(open, 'any', 'Integration');
    expect(await read(open, `/services/${id}`, withKey(key))).toMatchObject({ service_id: id });
    const body = { contact_key: fresh() };
    expect((await call(open, 'POST', '/services/start', body, withKey(key))).status).toBe(201);
  });

  it.each(every)('from another network %s %s needs a key, of any role', async (...each) => {
    const own = await idsOn(strict);
    expectRefusal(await attempt(strict, own, each), 401, 'Unauthorized');
    const answer = await attempt(strict, own, each, withKey(anyKey));
    expect(Math.floor(answer.status / 100)).toBe(2);
  });

  it('can be switched on and off while it runs', async () => {
    const id = await startService(open);
    await putSection(open, 'cview', { 'use-role': true });
    expectRefusal(await call(open, 'GET', `/services/${id}`), 401, 'Unauthorized');
    await putSection(open, 'cview', { 'use-role': false });
    expect(await read(open, `/services/${id}`)).toMatchObject({ service_id: id });
  });

  it('no page of another origin gets through', async () => {
    const headers = { Origin: 'https://evil.example' };
    const answer = await call(open, 'POST', '/services/start', { contact_key: 'k' }, headers);
    expectRefusal(answer, 403, 'Forbidden');
  });
});
