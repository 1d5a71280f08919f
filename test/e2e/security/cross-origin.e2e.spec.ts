import { describe, expect, it } from '@jest/globals';
import { adminKey, putSection, withKey } from '../../support/access-keys.js';
import type { TestResponse } from '../../support/http-client.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/operations/security.md, Pages and browsers: security.cors_origins, default none
const server = useTestServer({ config: {}, env: { GMS_ADMIN_KEY: adminKey } });
const path = '/genesys/1/storage/60';
const shop = 'https://shop.example';
const preflight = {
  Origin: shop,
  'Access-Control-Request-Method': 'POST',
  'Access-Control-Request-Headers': 'content-type,gms_user',
};

const corsHeaders = ({ headers }: TestResponse): string[] =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));

const post = (Origin: string): Promise<TestResponse> =>
  server.request('POST', path, { form: { a: 'b' }, headers: { Origin } });

describe('without security.cors_origins', () => {
  it('no answer carries a CORS header', async () => {
    const answer = await post(shop);
    expect([answer.status, corsHeaders(answer)]).toEqual([200, []]);
    const asked = await server.request('OPTIONS', path, { headers: preflight });
    expect([asked.status, corsHeaders(asked)]).toEqual([404, []]);
  });
});

describe('with security.cors_origins', () => {
  const listed = async (): Promise<void> =>
    putSection(server, 'security', { cors_origins: [shop, 'http://localhost:5173'] });

  it('pages of a listed origin may call, from the next call on', async () => {
    await listed();
    const answer = await post(shop);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': shop,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'X-Request-Id,Retry-After',
      vary: expect.stringContaining('Origin'),
    });
    expect((await post('http://localhost:5173')).headers['access-control-allow-origin']).toBe(
      'http://localhost:5173',
    );
  });

  it.each(['https://*.shop.example', 'http://*', 'http://*:5173', 'https://shop.*', 'app://*'])(
    'an origin that no page can have is refused when it is written: %s',
    async (origin) => {
      const answer = await server.request('PATCH', '/genesys/1/admin/config/sections/security', {
        json: { cors_origins: [shop, origin] },
        headers: withKey(adminKey),
      });
      expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidConfiguration']);
      expect(answer.json.message).toContain('without *');
    },
  );

  it('errors can be read by the page too', async () => {
    await listed();
    const answer = await server.request('GET', '/genesys/1/storage/none', {
      headers: { Origin: shop },
    });
    expect(answer.status).toBe(404);
    expect(answer.headers['access-control-allow-origin']).toBe(shop);
  });

  it('a preflight of a listed origin is answered 204', async () => {
    await listed();
    const answer = await server.request('OPTIONS', path, { headers: preflight });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers['access-control-allow-origin']).toBe(shop);
    expect(answer.headers['access-control-allow-headers']).toBe('content-type,gms_user');
    const methods = String(answer.headers['access-control-allow-methods']).split(',');
    expect(methods).toEqual(expect.arrayContaining(['GET', 'POST', 'PUT', 'DELETE']));
  });

  it('a preflight is granted the headers that it asks for, so many and so long', async () => {
    await listed();
    const grantedTo = async (asked: string): Promise<string[]> => {
      const headers = { ...preflight, 'Access-Control-Request-Headers': asked };
      const answer = await server.request('OPTIONS', path, { headers });
      expect(answer.status).toBe(204);
      const granted = answer.headers['access-control-allow-headers'] ?? '';
      return granted === '' ? [] : granted.split(',');
    };
    const names = ['idempotency-key', 'x-requested-with', 'apikey', 'contactcenterid', 'x-any'];
    expect(await grantedTo(names.join(', '))).toEqual(names);
    expect(await grantedTo('a b, c\td, "e", f:g, x-good')).toEqual(['x-good']);
    expect(await grantedTo(`x-${'y'.repeat(200)},x-good`)).toEqual(['x-good']);
    const many = Array.from({ length: 1000 }, (_, index) => `x-${index}`);
    expect(await grantedTo(many.join(','))).toEqual(many.slice(0, 64));
  });

  it.each([
    'https://evil.example',
    'https://shop.example.evil.example',
    'http://shop.example',
    'https://shop.example:8443',
    'https://SHOP.example.',
    'null',
    '*',
    '',
  ])('other origins get no CORS header: %j', async (Origin) => {
    await listed();
    expect(corsHeaders(await post(Origin))).toEqual([]);
    const asked = await server.request('OPTIONS', path, { headers: { ...preflight, Origin } });
    expect([asked.status, corsHeaders(asked)]).toEqual([404, []]);
  });

  it('a call without an Origin gets none either', async () => {
    await listed();
    expect(corsHeaders(await server.request('GET', '/genesys/1/node'))).toEqual([]);
  });

  it('internal calls of listed origins are refused without a key', async () => {
    await listed();
    const answer = await server.request('GET', '/genesys/1/admin/keys', {
      headers: { Origin: shop },
    });
    expect([answer.status, answer.json.exception]).toEqual([403, 'Forbidden']);
  });

  it('an origin that is struck off is refused from the next call on', async () => {
    await listed();
    await putSection(server, 'security', { cors_origins: [] });
    expect(corsHeaders(await post(shop))).toEqual([]);
  });
});
