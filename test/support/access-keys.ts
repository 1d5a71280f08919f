import { expect } from '@jest/globals';
import type { RunningServer } from './test-server.js';

/** An administrator's key for servers that trust no network: `env: { GMS_ADMIN_KEY: adminKey }`. */
export const adminKey = 'a-first-key-for-administrators';

/** Nobody calls from this network. */
export const trustsNobody = { trusted_networks: ['192.0.2.0/24'] };

export const withKey = (key: string): { Authorization: string } => ({
  Authorization: `Bearer ${key}`,
});

/** Makes a key by the administrator's. */
export async function makeKey(
  server: Pick<RunningServer, 'request'>,
  name: string,
  ...roles: string[]
): Promise<{ id: string; key: string }> {
  const answer = await server.request('POST', '/genesys/1/admin/keys', {
    json: { name, roles },
    headers: withKey(adminKey),
  });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('gms_')]);
  return answer.json as { id: string; key: string };
}

/** Replaces a section over HTTP, by the administrator's key. */
export async function putSection(
  server: Pick<RunningServer, 'request'>,
  section: string,
  options: object,
): Promise<void> {
  const answer = await server.request('PUT', `/genesys/1/admin/config/sections/${section}`, {
    json: options,
    headers: withKey(adminKey),
  });
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
}
