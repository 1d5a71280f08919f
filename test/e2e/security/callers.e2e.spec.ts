import { expect, it } from '@jest/globals';
import { adminKey, makeKey, withKey } from '../../support/access-keys.js';
import { databaseRows } from '../../support/database-rows.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/operations/security.md, Audit: who made a change
const security = {
  trusted_networks: ['127.0.0.0/8', '10.0.0.0/8'],
  trusted_proxies: ['127.0.0.1'],
};
const server = useTestServer({ config: { security }, env: { GMS_ADMIN_KEY: adminKey } });

let changes = 0;

/** Whom the audit names after a change with these headers. */
async function actorOf(headers: Record<string, string>, localAddress?: string): Promise<unknown> {
  const path = '/genesys/1/admin/config/sections/storage';
  // What changes nothing is no change.
  const json = { max_keys: ++changes };
  const { status } = await server.request('PUT', path, { json, headers, localAddress });
  expect(status).toBe(200);
  const text = `SELECT actor FROM audit_entry
     WHERE kind = 'configuration' ORDER BY id DESC LIMIT 1`;
  return (await databaseRows(server, text))[0].actor;
}

it('a caller is named by its key', async () => {
  const { key } = await makeKey(server, 'deploy script', 'Administrator');
  expect(await actorOf(withKey(key))).toBe('key:deploy script');
  expect(await actorOf({ 'X-Api-Key': adminKey })).toBe('key:GMS_ADMIN_KEY');
});

it('and without one by its address, behind a trusted proxy as well', async () => {
  expect(await actorOf({}, '127.0.0.3')).toBe('address:127.0.0.3');
  expect(await actorOf({ 'X-Forwarded-For': '1.2.3.4, ::ffff:10.1.2.3' })).toBe('address:10.1.2.3');
});
