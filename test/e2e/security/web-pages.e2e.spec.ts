import { describe, expect, it } from '@jest/globals';
import { hostname } from 'node:os';
import { adminKey, withKey } from '../../support/access-keys.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/operations/security.md, The internal rule: no web page can make an internal call
const server = useTestServer({
  config: {
    server: { external_url_base: 'https://gms.example.org' },
    security: { cors_origins: ['https://shop.example'] },
  },
  env: { GMS_ADMIN_KEY: adminKey },
});
const keys = '/genesys/1/admin/keys';
const port = (): string => new URL(server.url).port;

async function call(
  headers: Record<string, string>,
  method = 'GET',
): Promise<[status: number, exception: string | undefined]> {
  const json = method === 'POST' ? { name: 'a page', roles: ['Integration'] } : undefined;
  const answer = await server.request(method, keys, { headers, json });
  return [answer.status, answer.status === 200 ? undefined : answer.json.exception];
}

describe('an internal call with an Origin', () => {
  it.each([
    'https://evil.example',
    'http://localhost:3000',
    'null',
    'https://shop.example:8443',
    'http://shop.example',
    'https://gms.example.org.evil.example',
    'http://gms.example.org',
    'file://',
    '',
  ])('of a foreign page is refused, with a key as well: %j', async (Origin) => {
    for (const method of ['GET', 'POST']) {
      expect(await call({ Origin }, method)).toEqual([403, 'Forbidden']);
      expect(await call({ Origin, ...withKey(adminKey) }, method)).toEqual([403, 'Forbidden']);
    }
  });

  it('of a listed page is allowed with a key, and not by the trusted network alone', async () => {
    const Origin = 'https://shop.example';
    const headers = { Origin, 'Sec-Fetch-Site': 'cross-site' };
    expect(await call(headers)).toEqual([403, 'Forbidden']);
    expect(await call(headers, 'POST')).toEqual([403, 'Forbidden']);
    expect(await call({ ...headers, ...withKey(adminKey) })).toEqual([200, undefined]);
    expect(await call({ Origin, apikey: adminKey })).toEqual([200, undefined]);
    expect(await call({ ...headers, ...withKey('guess') })).toEqual([401, 'Unauthorized']);
    const elsewhere = { ...headers, ...withKey(adminKey), Host: 'evil.example' };
    expect(await call(elsewhere)).toEqual([403, 'Forbidden']);
    const unlisted = { ...headers, ...withKey(adminKey), Origin: 'https://evil.example' };
    expect(await call(unlisted)).toEqual([403, 'Forbidden']);
  });

  it('of our own pages is allowed', async () => {
    for (const host of [`127.0.0.1:${port()}`, `localhost:${port()}`, `[::1]:${port()}`]) {
      expect(await call({ Host: host, Origin: `http://${host}` })).toEqual([200, undefined]);
    }
    const behindProxy = { Host: 'gms.example.org', Origin: 'https://gms.example.org' };
    expect(await call(behindProxy)).toEqual([200, undefined]);
    const rewritten = { Host: '10.0.0.7:8080', Origin: 'https://gms.example.org' };
    expect(await call(rewritten)).toEqual([200, undefined]);
  });

  it('on another port of this machine is foreign', async () => {
    const Host = `localhost:${port()}`;
    expect(await call({ Host, Origin: 'http://localhost' })).toEqual([403, 'Forbidden']);
    expect(await call({ Host, Origin: `http://127.0.0.1:${port()}` })).toEqual([403, 'Forbidden']);
  });

  it('nothing is done', async () => {
    const before = await server.request('GET', keys);
    const answer = await server.request('POST', keys, {
      json: { name: 'by a page', roles: ['Administrator'] },
      headers: { Origin: 'https://evil.example' },
    });
    expect(answer.status).toBe(403);
    expect((await server.request('GET', keys)).json).toEqual(before.json);
  });
});

describe('an internal call with a Host', () => {
  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    '127.1',
    '0x7f000001',
    'user@localhost',
  ])('that is neither ours nor an address is refused, with a key as well: %s', async (Host) => {
    expect(await call({ Host })).toEqual([403, 'Forbidden']);
    expect(await call({ Host, ...withKey(adminKey) })).toEqual([403, 'Forbidden']);
    // The name that an attacker's page has: origin and host agree.
    expect(await call({ Host, Origin: `http://${Host}` })).toEqual([403, 'Forbidden']);
  });

  it('that is ours or an address is allowed', async () => {
    for (const Host of ['localhost', 'LocalHost:1', '127.0.0.1', '10.9.8.7:80', '[::1]:8080']) {
      expect([Host, ...(await call({ Host }))]).toEqual([Host, 200, undefined]);
    }
    expect(await call({ Host: 'gms.example.org' })).toEqual([200, undefined]);
    expect(await call({ Host: `${hostname()}:8080` })).toEqual([200, undefined]);
  });

  it('a client of HTTP/1.0 without one is no browser', async () => {
    const answer = await server.rawRequest(`GET ${keys} HTTP/1.0\r\n\r\n`);
    expect(answer.status).toBe(200);
  });
});

it('an internal call that a browser calls cross-site is refused', async () => {
  expect(await call({ 'Sec-Fetch-Site': 'cross-site' })).toEqual([403, 'Forbidden']);
  expect(await call({ 'Sec-Fetch-Site': 'same-origin' })).toEqual([200, undefined]);
  expect(await call({ 'Sec-Fetch-Site': 'none' })).toEqual([200, undefined]);
});

it('public calls are for every page and every Host', async () => {
  const headers = { Origin: 'https://evil.example', Host: 'evil.example' };
  const answer = await server.request('POST', '/genesys/1/storage/60', {
    form: { a: 'b' },
    headers,
  });
  expect(answer.status).toBe(200);
});
