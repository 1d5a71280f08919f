import { describe, expect, it } from '@jest/globals';
import { adminKey, makeKey, putSection, withKey } from '../../support/access-keys.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/operations/security.md, API keys: security.public_api_key
const server = useTestServer({
  config: { security: { public_api_key: true } },
  env: { GMS_ADMIN_KEY: adminKey },
});
const storage = '/genesys/1/storage';
const store = { form: { Key1: 'Value1' } };

describe('security.public_api_key = true', () => {
  it('asks public calls for a key, from loopback as well', async () => {
    for (const path of [`${storage}/60`, '/gms-web/gms/1/storage/60', '/GENESYS/1/storage/60/']) {
      const answer = await server.request('POST', path, store);
      expect([answer.status, answer.json.exception]).toEqual([401, 'Unauthorized']);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
    const service = await server.request('POST', '/genesys/1/service/nobody', store);
    expect(service.status).toBe(401);
  });

  it('lets any valid key in', async () => {
    for (const role of ['Integration', 'Supervisor', 'Administrator']) {
      const { id, key } = await makeKey(server, `app ${role}`, role);
      const headers = { 'X-Api-Key': key };
      const stored = await server.request('POST', `${storage}/60`, { ...store, headers });
      expect(stored.status).toBe(200);
      const path = `${storage}/${stored.json.id}`;
      expect((await server.request('GET', path, { headers })).json).toEqual(store.form);
      expect((await server.request('GET', path)).status).toBe(401);
      await server.request('DELETE', `/genesys/1/admin/keys/${id}`, { headers: withKey(adminKey) });
      expect((await server.request('GET', path, { headers })).status).toBe(401);
    }
  });

  it('leaves what load balancers and people look at open', async () => {
    for (const path of ['/healthz', '/readyz', '/genesys/1/node', '/docs-json']) {
      expect([path, (await server.request('GET', path)).status]).toEqual([path, 200]);
    }
  });

  it('can be changed while the server runs', async () => {
    await putSection(server, 'security', { public_api_key: false });
    expect((await server.request('POST', `${storage}/60`, store)).status).toBe(200);
    await putSection(server, 'security', { public_api_key: true });
    expect((await server.request('POST', `${storage}/60`, store)).status).toBe(401);
  });
});
