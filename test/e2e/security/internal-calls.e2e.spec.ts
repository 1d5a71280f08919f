import { describe, expect, it } from '@jest/globals';
import { trustsNobody } from '../../support/access-keys.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/operations/security.md, The internal rule: trusted networks and proxies
const keys = '/genesys/1/admin/keys';
const admin = [
  keys,
  '/genesys/1/admin/config/sections',
  '/genesys/1/admin/config/export',
  '/genesys/1/admin/node/status',
  '/metrics',
];

describe('on a server that trusts loopback, the default', () => {
  const server = useTestServer({ config: {} });

  it.each(admin)('GET %s is allowed from there without a key', async (path) => {
    expect((await server.request('GET', path)).status).toBe(200);
    expect((await server.request('GET', path, { localAddress: '127.0.0.9' })).status).toBe(200);
  });

  it.each([
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Forwarded-For', ''],
    ['x-forwarded-for', '10.0.0.1, 127.0.0.1'],
    ['Forwarded', 'for=127.0.0.1'],
    ['Forwarded', ''],
    ['X-Real-IP', '127.0.0.1'],
    ['X-Forwarded-Host', 'localhost'],
    ['X-Forwarded-Proto', 'http'],
    ['Via', '1.1 proxy'],
  ])('a call with %s: %s is never internal: the proxy is nobody we know', async (name, value) => {
    const answer = await server.request('GET', keys, { headers: { [name]: value } });
    expect([answer.status, answer.json.exception]).toEqual([401, 'Unauthorized']);
    const node = await server.request('GET', '/genesys/1/node', { headers: { [name]: value } });
    expect(node.status).toBe(200);
  });

  it.each([
    ['Referer', 'http://evil.example/'],
    ['Referer', 'http://localhost:1/page'],
    ['Referer', 'nonsense'],
    ['Sec-Fetch-Site', 'same-site'],
    ['Sec-Fetch-Site', 'cross-site'],
  ])('a picture of another page reaches no internal call: %s: %s', async (name, value) => {
    for (const path of admin) {
      const answer = await server.request('GET', path, { headers: { [name]: value } });
      expect([path, answer.status, answer.json.exception]).toEqual([path, 403, 'Forbidden']);
    }
  });

  it('a page of this server, and who tells of no page, may go on to internal calls', async () => {
    const told: Record<string, string>[] = [
      { Referer: `${server.url}/docs`, 'Sec-Fetch-Site': 'same-origin' },
      { Referer: '' },
      { 'Sec-Fetch-Site': 'none' },
    ];
    for (const headers of told) {
      expect((await server.request('GET', keys, { headers })).status).toBe(200);
    }
  });

  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each([
    'gms_key',
    'Bearer',
    'Bearer\tgms_key',
    'Bearer gms_key x',
    'Bearer ey.a.b x',
    basic('gms_key:'),
    basic('gms_key'),
    'Basic !!!',
    'Basic',
    'Token abc',
    'Digest username="a"',
    ',',
  ])('an Authorization in which no key can be read is a wrong key: %j', async (Authorization) => {
    const beside: Record<string, string>[] = [{}, { 'X-Api-Key': 'gms_key' }];
    for (const path of admin) {
      for (const more of beside) {
        const headers = { Authorization, ...more };
        const answer = await server.request('GET', path, { headers });
        expect([path, answer.status, answer.json.exception]).toEqual([path, 401, 'Unauthorized']);
        expect(answer.json.message).toContain('Authorization');
      }
    }
  });

  it('a token of a user, and headers of keys that are empty, are no key', async () => {
    const shown: Record<string, string>[] = [
      { Authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' },
      { Authorization: '', 'X-Api-Key': '', apikey: '' },
    ];
    for (const headers of shown) {
      expect((await server.request('GET', keys, { headers })).status).toBe(200);
    }
  });

  it.each(['http', 'https', 'ftp', 'HTTP'])(
    'the host that an address of the form %s://host/… names counts, not the header Host',
    async (scheme) => {
      const answerTo = (authority: string) =>
        server.rawRequest(
          `GET ${scheme}://${authority}${keys} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
        );
      for (const authority of ['evil.example', 'evil.example:8080', '127.0.0.1@evil.example']) {
        const { status } = await answerTo(authority);
        expect([authority, [400, 403]]).toEqual([authority, expect.arrayContaining([status])]);
      }
      expect((await answerTo('127.0.0.1')).status).toBe(200);
      expect((await answerTo('')).status).not.toBe(200);
    },
  );

  const crowd = 'a:\r\n'.repeat(1300);
  const rawStatus = async (lines: string, end = ''): Promise<number | undefined> => {
    const head = `GET ${keys} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n`;
    return (await server.rawRequest(`${head}${lines}\r\n${end}`)).status;
  };

  it.each(['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP', 'x_forwarded_for', 'VIA'])(
    'a proxy is seen by %s behind 1,300 other headers, between them and before them',
    async (name) => {
      const line = `${name}: 1.2.3.4\r\n`;
      expect(await rawStatus(crowd)).toBe(200);
      expect(await rawStatus(crowd + line)).toBe(401);
      expect(await rawStatus(line + crowd)).toBe(401);
      expect(await rawStatus(crowd.slice(0, 4000) + line + crowd.slice(4000))).toBe(401);
      expect(await rawStatus(line + line + crowd + line)).toBe(401);
      expect(await rawStatus(`${crowd}${name}:\r\n`)).toBe(401);
    },
  );

  it('a header that is folded over two lines hides no proxy', async () => {
    for (const fold of [
      'X-Forwarded-For:\r\n 1.2.3.4\r\n',
      'A: b\r\n\tc\r\nX-Forwarded-For: 1.2.3.4\r\n',
    ]) {
      expect([400, 401]).toContain(await rawStatus(crowd + fold));
    }
    expect(await rawStatus('A: b\r\n X-Forwarded-For: 1.2.3.4\r\n')).not.toBe(500);
  });

  it('trailers neither make a caller internal nor hide its proxy', async () => {
    const chunked = 'Transfer-Encoding: chunked\r\n';
    const trailers = `0\r\n${crowd}X-Api-Key: none\r\n\r\n`;
    expect(await rawStatus(`${crowd}Via: 1.1 proxy\r\n${chunked}`, trailers)).toBe(401);
    expect(await rawStatus(`${crowd}${chunked}`, trailers)).toBe(200);
  });
});

describe('on a server that trusts no network', () => {
  const server = useTestServer({ config: { security: trustsNobody } });

  it('every admin operation asks for a key', async () => {
    const { json } = await server.request('GET', '/docs-json');
    const operations = Object.entries<Record<string, unknown>>(json.paths).flatMap(
      ([path, methods]) => Object.keys(methods).map((method) => ({ method, path })),
    );
    const inside = operations.filter(({ path }) => /\/admin\/|^\/metrics/.test(path));
    expect(inside.length).toBeGreaterThan(8);
    for (const { method, path } of inside) {
      const answer = await server.request(method.toUpperCase(), path.replace(/[{}]/g, ''));
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  });

  it('says so in the one shape of errors, and how to do better', async () => {
    const answer = await server.request('GET', keys);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.json).toEqual({
      message: expect.stringContaining('X-Api-Key'),
      exception: 'Unauthorized',
    });
  });

  it.each([
    '/gms-web/gms/1/admin/keys',
    '/GMS-WEB/gms/1/admin/keys',
    '/GENESYS/1/ADMIN/keys',
    '/genesys/1/admin/keys/',
    '//genesys/1/admin/keys',
    '/genesys/1/admin/../admin/keys',
    '/genesys/1/admin%2Fkeys',
    '/genesys/1/storage/../admin/keys',
    'http://localhost/genesys/1/admin/keys',
  ])('there is no way round by %s', async (path) => {
    expect([401, 404]).toContain((await server.request('GET', path)).status);
  });

  it('public calls need nothing', async () => {
    const stored = await server.request('POST', '/genesys/1/storage/60', { form: { a: 'b' } });
    expect(stored.status).toBe(200);
    expect((await server.request('GET', `/genesys/1/storage/${stored.json.id}`)).status).toBe(200);
    expect((await server.request('POST', '/genesys/1/service/nobody')).status).toBe(404);
    for (const path of ['/genesys/1/node', '/healthz', '/readyz', '/docs-json']) {
      expect([path, (await server.request('GET', path)).status]).toEqual([path, 200]);
    }
  });
});

describe('behind a trusted proxy', () => {
  const server = useTestServer({
    config: {
      security: {
        trusted_networks: ['127.0.0.0/8', '10.0.0.0/8', '2001:db8::/32'],
        trusted_proxies: ['127.0.0.1/32', '10.0.0.1'],
      },
    },
  });
  const statusOf = async (headers: Record<string, string | string[]>): Promise<number> =>
    (await server.request('GET', keys, { headers })).status;

  it.each([
    '10.1.2.3',
    ' 10.1.2.3 ',
    '10.1.2.3:4711',
    '::ffff:10.1.2.3',
    '[2001:db8::7]:4711',
    '2001:DB8:0::7',
    // What the client wrote before its proxy added the rest does not count.
    '203.0.113.9, 10.1.2.3',
    'garbage, 10.1.2.3',
    '10.1.2.3, 10.0.0.1',
  ])('a client of a trusted network is internal: %s', async (header) => {
    expect(await statusOf({ 'X-Forwarded-For': header })).toBe(200);
  });

  it.each([
    '203.0.113.9',
    '10.1.2.3, 203.0.113.9',
    '127.0.0.1, 203.0.113.9, 10.0.0.1',
    '::ffff:203.0.113.9',
    'garbage',
    '10.1.2.3, garbage',
    '10.1.2.3, unknown, 10.0.0.1',
    '10.1.2.3,',
    '',
    ',,,',
    '10.1',
    '0x0a.1.2.3',
    'localhost',
  ])('any other is not: %s', async (header) => {
    expect(await statusOf({ 'X-Forwarded-For': header })).toBe(401);
  });

  it('however long the header is', async () => {
    const hops = `${'10.1.2.3, '.repeat(1000)}203.0.113.9`;
    expect(await statusOf({ 'X-Forwarded-For': hops })).toBe(401);
  });

  it('two headers are one list', async () => {
    expect(await statusOf({ 'X-Forwarded-For': ['10.1.2.3', '203.0.113.9'] })).toBe(401);
    expect(await statusOf({ 'X-Forwarded-For': ['203.0.113.9', '10.1.2.3'] })).toBe(200);
  });

  it('only X-Forwarded-For says for whom the proxy calls', async () => {
    expect(await statusOf({ Forwarded: 'for=10.1.2.3' })).toBe(401);
    expect(await statusOf({ 'X-Real-IP': '10.1.2.3' })).toBe(401);
    expect(await statusOf({ Forwarded: 'for=1.2.3.4', 'X-Forwarded-For': '10.1.2.3' })).toBe(200);
  });

  it('a call that this server sent itself is not internal, whoever brings it back', async () => {
    const headers = { 'X-Forwarded-For': '10.1.2.3' };
    expect(await statusOf({ ...headers, Via: '1.1 opengms' })).toBe(401);
    expect(await statusOf({ ...headers, Via: ['1.0 fred', '1.1 OpenGMS, 1.1 nginx'] })).toBe(401);
    expect(await statusOf({ ...headers, Via: '1.1 nginx' })).toBe(200);
  });

  it("the proxy's own calls are internal when its network is", async () => {
    expect(await statusOf({})).toBe(200);
  });

  it('another peer of the same network is no proxy', async () => {
    const headers = { 'X-Forwarded-For': '10.1.2.3' };
    const answer = await server.request('GET', keys, { headers, localAddress: '127.0.0.2' });
    expect(answer.status).toBe(401);
  });
});
