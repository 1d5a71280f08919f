import { describe, expect, it } from '@jest/globals';
import { putSection, adminKey } from '../../support/access-keys.js';
import { picture } from '../../support/picture.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Addresses; Answers, for request ids
const server = useTestServer({
  config: { security: { trusted_proxies: ['127.0.0.2'] } },
  env: { GMS_ADMIN_KEY: adminKey },
});
const storage = '/genesys/1/storage';

async function storePicture(): Promise<string> {
  const multipart = [{ name: 'P', value: picture, fileName: 'p.png', contentType: 'image/png' }];
  return (await server.request('POST', `${storage}/60`, { multipart })).json.id as string;
}

describe('paths', () => {
  it.each(['/gms-web/gms/1', '/GMS-web/gms/1', '/GmS-wEb/gms/1', '/genesys/1'])(
    '%s/… is the public API',
    async (prefix) => {
      const stored = await server.request('POST', `${prefix}/storage/60`, { form: { a: 'b c' } });
      expect(stored.status).toBe(200);
      const path = `${prefix}/storage/${stored.json.id}`;
      expect((await server.request('GET', path)).json).toEqual({ a: 'b c' });
      expect((await server.request('GET', `${path}/a`)).text).toBe('b c');
      expect((await server.request('GET', `${path}?x=1`)).json).toEqual({ a: 'b c' });
      expect((await server.request('GET', `${prefix}/node`)).text).toBe('ONLINE');
    },
  );

  it('match with and without a trailing slash', async () => {
    const stored = await server.request('POST', `${storage}/60/`, { form: { a: 'b' } });
    expect((await server.request('GET', `${storage}/${stored.json.id}/`)).json).toEqual({ a: 'b' });
    expect((await server.request('GET', '/genesys/1/node/')).status).toBe(200);
  });

  it('that nobody serves are RouteNotFound, in the words of the caller', async () => {
    for (const path of ['/gms-web/gms/1/nothing', '/gms-web', '/gms-web/gms/2/node', '/nothing']) {
      const answer = await server.request('GET', path);
      expect([answer.status, answer.json]).toEqual([
        404,
        { message: expect.stringContaining(path), exception: 'RouteNotFound' },
      ]);
    }
  });

  it('that cannot be decoded are a 400', async () => {
    for (const path of [`${storage}/%`, `${storage}/%F0%9F`, '/gms-web/gms/1/storage/%zz']) {
      const answer = await server.request('GET', path);
      expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidParameter']);
    }
  });
});

describe('links', () => {
  const linkOf = async (id: string, headers: Record<string, string>, localAddress?: string) =>
    (await server.request('GET', `${storage}/${id}/P`, { headers, localAddress })).text;

  it("begin with the request's own scheme and host", async () => {
    const id = await storePicture();
    const path = `${storage}/binary/${id}/P`;
    expect(await linkOf(id, {})).toBe(`${server.url}${path}`);
    expect(await linkOf(id, { Host: 'gms.example:81' })).toBe(`http://gms.example:81${path}`);
    expect(await linkOf(id, { Host: '[::1]:8080' })).toBe(`http://[::1]:8080${path}`);
    const answer = await server.request('GET', path);
    expect(answer.bytes.equals(picture)).toBe(true);
  });

  it.each(['a b', 'a/b', 'evil"onclick=', '<script>', 'x@y', 'a:b', ''])(
    'never carry a Host that is none: %j',
    async (Host) => {
      const id = await storePicture();
      const path = `${storage}/binary/${id}/P`;
      const answer = await server.rawRequest(
        `GET ${storage}/${id}/P HTTP/1.1\r\nHost: ${Host}\r\nConnection: close\r\n\r\n`,
      );
      if (answer.status !== 400) expect(answer.text.endsWith(`${server.url}${path}`)).toBe(true);
    },
  );

  it('of a client of HTTP/1.0 begin with the address that it reached', async () => {
    const id = await storePicture();
    const answer = await server.rawRequest(`GET ${storage}/${id}/P HTTP/1.0\r\n\r\n`);
    expect(answer.text).toContain(`\r\n\r\n${server.url}${storage}/binary/${id}/P`);
  });

  it('have the scheme that a trusted proxy names, and no other', async () => {
    const id = await storePicture();
    const headers = { Host: 'gms.example', 'X-Forwarded-Proto': 'https' };
    expect(await linkOf(id, headers)).toMatch(/^http:\/\/gms\.example\//);
    expect(await linkOf(id, headers, '127.0.0.2')).toMatch(/^https:\/\/gms\.example\//);
    const chain = { ...headers, 'X-Forwarded-Proto': 'https, http', 'X-Forwarded-For': '1.2.3.4' };
    expect(await linkOf(id, chain, '127.0.0.2')).toMatch(/^https:\/\/gms\.example\//);
    const odd = { ...headers, 'X-Forwarded-Proto': 'javascript' };
    expect(await linkOf(id, odd, '127.0.0.2')).toMatch(/^http:\/\/gms\.example\//);
  });

  it('begin with server.external_url_base when it is set', async () => {
    const id = await storePicture();
    const base = 'https://gms.example.org/mobile';
    await putSection(server, 'server', { external_url_base: base });
    const headers = { Host: 'other.example' };
    expect(await linkOf(id, headers)).toBe(`${base}${storage}/binary/${id}/P`);
    await putSection(server, 'server', { external_url_base: `${base}/` });
    expect(await linkOf(id, headers)).toBe(`${base}${storage}/binary/${id}/P`);
    await putSection(server, 'server', {});
    expect(await linkOf(id, {})).toBe(`${server.url}${storage}/binary/${id}/P`);
  });
});

describe('X-Request-Id', () => {
  const idOf = async (sent?: string): Promise<string> => {
    const headers: Record<string, string> = sent === undefined ? {} : { 'X-Request-Id': sent };
    return String(
      (await server.request('GET', '/genesys/1/node', { headers })).headers['x-request-id'],
    );
  };

  it.each(['a', 'abc-123', 'A.b_c:d-e', 'x'.repeat(128)])('%s is kept', async (id) => {
    expect(await idOf(id)).toBe(id);
  });

  it.each(['', 'a b', 'x'.repeat(129), 'a,b', '{"a":1}', 'é', '<b>'])(
    '%j is replaced by a fresh one',
    async (sent) => {
      expect(await idOf(sent)).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('is made when none is sent, and is on errors as well', async () => {
    const ids = new Set([await idOf(), await idOf(), await idOf()]);
    expect(ids.size).toBe(3);
    const headers = { 'X-Request-Id': 'mine' };
    const answer = await server.request('GET', '/nothing', { headers });
    expect(answer.headers['x-request-id']).toBe('mine');
  });
});

describe('pages', () => {
  it('allow nothing but their own', async () => {
    for (const path of ['/docs', '/DOCS/', '/genesys/resources/servicetest.html']) {
      const answer = await server.request('GET', path);
      const policy = String(answer.headers['content-security-policy']);
      expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'self'")]);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe|upgrade-insecure-requests|\*|https?:/);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      expect(answer.headers['strict-transport-security']).toBeUndefined();
    }
  });

  it('/GMS-web/resources/… are the same pages', async () => {
    const [old, now] = [
      await server.request('GET', '/GMS-web/resources/servicetest.html'),
      await server.request('GET', '/genesys/resources/servicetest.html'),
    ];
    expect([old.status, old.text]).toEqual([200, now.text]);
    expect(old.headers['content-security-policy']).toBe(now.headers['content-security-policy']);
  });

  it('need no inline script, which the policy forbids', async () => {
    for (const path of ['/docs', '/genesys/resources/servicetest.html']) {
      const { text } = await server.request('GET', path);
      expect(text).toContain('<script');
      expect(text).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>\s*\S/i);
      expect(text).not.toMatch(/\son[a-z]+\s*=|javascript:/i);
    }
  });
});
