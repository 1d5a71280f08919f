import { connect, type Socket } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { eventually } from '../../support/eventually.js';
import type { SpawnedServer } from '../../support/spawned-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/operations/monitoring.md, Log: what is refused is one log line with route, status, caller
// and reason, and counts in the metrics; here whatever does not come as a request that Nest or the
// edge has seen.
const servers = useServers();
let server: SpawnedServer;

const config = {
  security: { trusted_proxies: ['127.0.0.1'], rate_limit: { per_second: 1, burst: 3 } },
  cometd: { max_sessions_per_node: 1 },
};

beforeAll(async () => {
  server = await servers.spawn({ config });
});

const lines = (of: SpawnedServer): any[] =>
  of
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

/** The one line about a request. */
async function lineOf(requestId: string, of = server): Promise<any> {
  let found: any[] = [];
  await eventually(() => {
    found = lines(of).filter((line) => line.requestId === requestId);
    expect(found).toHaveLength(1);
  });
  return found[0];
}

const idIn = (answer: string): string => /^X-Request-Id: (.+)$/im.exec(answer)?.[1] ?? 'no id';

/** The request is counted in the metrics as its line says. */
async function expectCounted({ route, method, status }: any, fault = 'client'): Promise<void> {
  const labels = `route="${route}",method="${method}",status="${status}",fault="${fault}"`;
  const { text } = await server.request('GET', '/metrics');
  expect(text).toMatch(new RegExp(`^gms_requests_total\\{${labels}\\} [1-9]`, 'm'));
  const timed = `route="${route}",method="${method}",status="${status}"`;
  expect(text).toContain(`gms_http_request_duration_seconds_count{${timed}}`);
}

const endpoint = '/genesys/cometd';
const client = '203.0.113.9';

/** What asks for a websocket; a header that is undefined is left out. */
function upgrade(id: string, headers: Record<string, string | undefined> = {}, path = endpoint) {
  const all = {
    ...{ Host: '127.0.0.1', Connection: 'Upgrade', Upgrade: 'websocket' },
    ...{ 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' },
    ...{ gms_user: 'alice', 'X-Forwarded-For': client, 'X-Request-Id': id, ...headers },
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  const text = given.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `GET ${path} HTTP/1.1\r\n${text}\r\n`;
}

describe('an upgrade to a websocket that is refused', () => {
  it.each<[string, Record<string, string | undefined>, number, string, RegExp]>([
    ['of-a-foreign-page', { Origin: 'https://evil.example' }, 403, 'Forbidden', /Origin/],
    ['without-a-user', { gms_user: undefined }, 401, 'Unauthorized', /gms_user/],
    ['without-a-host', { Host: undefined }, 400, 'InvalidRequest', /Host/],
    ['of-another-version', { 'Sec-WebSocket-Version': '7' }, 400, 'InvalidRequest', /Version/],
    ['without-a-key', { 'Sec-WebSocket-Key': undefined }, 400, 'InvalidRequest', /Key/],
  ])('(%s) is one line with caller and reason, and counted', async (name, headers, ...answer) => {
    const [status, exception, reason] = answer;
    // Each has an address of its own, as its rate is counted.
    const address = `203.0.113.${String(100 + name.length)}`;
    const id = `upgrade-${name}`;
    const { text } = await server.rawRequest(
      upgrade(id, { 'X-Forwarded-For': address, ...headers }),
    );
    expect([text.slice(9, 12), idIn(text)]).toEqual([String(status), id]);
    const line = await lineOf(id);
    expect(line).toEqual({
      ...{ level: 'info', msg: 'request refused', requestId: id, method: 'GET', route: endpoint },
      ...{ status, exception, caller: `address:${address}`, reason: expect.stringMatching(reason) },
      ...{ durationMs: expect.any(Number), time: expect.any(String), node: expect.any(String) },
    });
    await expectCounted(line);
  });

  it('for another path is one line without the path', async () => {
    const secret = '/genesys/1/storage/39a98e24-b03b-4191-b756-1efe8f3b16b8';
    const { text } = await server.rawRequest(upgrade('upgrade-elsewhere', {}, secret));
    expect(text).toMatch(/^HTTP\/1\.1 404 /);
    const line = await lineOf('upgrade-elsewhere');
    expect(line).toMatchObject({ route: 'unmatched', status: 404, exception: 'RouteNotFound' });
    expect(JSON.stringify(line)).not.toContain('39a98e24');
    await expectCounted(line);
  });

  it('beyond the rate of its address is one line', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.77', Origin: 'https://evil.example' };
    let place = 0;
    await eventually(async () => {
      const id = `upgrade-many-${String(place++)}`;
      const { status } = await server.rawRequest(upgrade(id, headers));
      expect([id, status]).toEqual([id, 429]);
    });
    const line = await lineOf(`upgrade-many-${String(place - 1)}`);
    expect(line).toMatchObject({ exception: 'RateLimited', caller: 'address:203.0.113.77' });
    await expectCounted(line);
  });

  it('beyond as many as the node takes is one line', async () => {
    const headers = { gms_user: 'alice' };
    const first = new WebSocket(`${server.url.replace('http', 'ws')}${endpoint}`, { headers });
    await once(first, 'open');
    const { status } = await server.rawRequest(upgrade('upgrade-beyond'));
    expect(status).toBe(503);
    const line = await lineOf('upgrade-beyond');
    expect(line).toMatchObject({ exception: 'TooManySessions', caller: `address:${client}` });
    await expectCounted(line, 'server');
    first.terminate();
  });

  it('with a wrong key is in the audit', async () => {
    const address = '203.0.113.201';
    const headers = { 'X-Forwarded-For': address, 'X-Api-Key': 'gms_wrong', Origin: 'https://a.b' };
    expect((await server.rawRequest(upgrade('upgrade-key', headers))).status).toBe(403);
    await eventually(async () => {
      const { json } = await server.request('GET', '/genesys/1/admin/audit?kind=refusal');
      expect(json).toContainEqual(
        expect.objectContaining({ actor: `address:${address}`, subject: `GET ${endpoint}` }),
      );
    });
  });
});

describe('a frame that a websocket is closed for', () => {
  it.each<[string, (socket: WebSocket) => void, number, string, RegExp]>([
    ['is no text', (socket) => socket.send(Buffer.from([1])), 1003, 'InvalidBody', /binary/],
    ['is no JSON', (socket) => socket.send('{hunter2'), 1007, 'InvalidBody', /JSON/],
    [
      'brings too many messages',
      (socket) => socket.send(JSON.stringify(Array.from({ length: 101 }, () => ({})))),
      ...([1008, 'InvalidBody', /100 messages/] as const),
    ],
  ])('as it %s is one line, and counted', async (what, send, closeCode, exception, reason) => {
    const id = `frame-${what.replaceAll(' ', '-')}`;
    let socket: WebSocket;
    await eventually(async () => {
      socket = new WebSocket(`${server.url.replace('http', 'ws')}${endpoint}`, {
        headers: { gms_user: 'alice', 'X-Request-Id': id },
      });
      await once(socket, 'open');
    });
    send(socket!);
    const [code] = (await once(socket!, 'close')) as [number];
    expect(code).toBe(closeCode);
    let line: any;
    await eventually(() => {
      // Upgrades that came too early were refused under the same id.
      line = lines(server).findLast(({ requestId }) => requestId === id);
      expect(line).toMatchObject({
        ...{ msg: 'request refused', route: endpoint, method: 'WEBSOCKET', status: 400, closeCode },
        ...{ exception, caller: 'address:127.0.0.1', reason: expect.stringMatching(reason) },
      });
    });
    expect(JSON.stringify(line)).not.toContain('hunter2');
    const { text } = await server.request('GET', '/metrics');
    const labels = `route="${endpoint}",method="WEBSOCKET",status="400",fault="client"`;
    expect(text).toContain(`gms_requests_total{${labels}}`);
  });
});

describe('what is no HTTP', () => {
  const chunked =
    'POST /genesys/1/storage/60 HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-Id: bad-chunk\r\n' +
    'Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n';

  it.each<[string, string, number, string, RegExp]>([
    ['a request line', 'hunter2\r\n\r\n', 400, 'InvalidRequest', /HTTP\/1\.1/],
    [
      'a header',
      'GET / HTTP/1.1\r\nHost: a\r\nA B: c\r\n\r\n',
      400,
      'InvalidRequest',
      /HTTP\/1\.1/,
    ],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nHost: a\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
      ...([431, 'HeadersTooLarge', /16384 bytes/] as const),
    ],
  ])('(%s) is one line with caller and reason, and counted', async (_what, bytes, ...answer) => {
    const [status, exception, reason] = answer;
    const { text } = await server.rawRequest(bytes);
    const line = await lineOf(idIn(text));
    expect(line).toMatchObject({
      ...{ level: 'info', msg: 'request refused', method: 'unknown', route: 'unmatched', status },
      ...{ exception, caller: 'address:127.0.0.1', reason: expect.stringMatching(reason) },
    });
    expect(JSON.stringify(line)).not.toContain('hunter2');
    await expectCounted(line);
  });

  it('in the middle of a body is the one line of its request', async () => {
    const { text } = await server.rawRequest(chunked);
    expect([text.slice(9, 12), idIn(text)]).toEqual(['400', 'bad-chunk']);
    const line = await lineOf('bad-chunk');
    expect(line).toMatchObject({
      ...{ method: 'POST', route: '/genesys/1/storage/:ttl', status: 400 },
      ...{ exception: 'InvalidRequest', caller: 'address:127.0.0.1' },
    });
    await expectCounted(line);
  });

  it('behind a good request is a line of its own', async () => {
    const good = 'GET /genesys/1/node HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    const count = () => lines(server).filter(({ method }) => method === 'unknown').length;
    const before = count();
    await server.rawRequest(`${good}nonsense\r\n\r\n`);
    await eventually(() => expect(count()).toBe(before + 1));
  });

  it.each([
    ['asks for a tunnel', 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n', 405, 'MethodNotAllowed'],
    [
      'expects what nobody knows',
      'GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n',
      417,
      'ExpectationFailed',
    ],
    ['has two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n', 400, 'InvalidRequest'],
  ])('or %s is one line, and counted', async (what, head, status, exception) => {
    const id = what.replaceAll(' ', '-');
    const headers = `Connection: close\r\nX-Request-Id: ${id}\r\nX-Forwarded-For: 198.51.100.8\r\n\r\n`;
    const answer = await server.rawRequest(head + headers);
    expect([answer.status, idIn(answer.text)]).toEqual([status, id]);
    const line = await lineOf(id);
    expect(line).toMatchObject({ status, exception, caller: 'address:198.51.100.8' });
    await expectCounted(line);
  });

  it('counts against the rate of its address', async () => {
    const head = 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.99\r\n\r\n';
    await eventually(async () => expect((await server.rawRequest(head)).status).toBe(429));
  });
});

it('a node that stops refuses upgrades with 503, and says so', async () => {
  const stopping = await servers.spawn({ config });
  const { hostname, port } = new URL(stopping.url);
  const dial = (): Socket => connect(Number(port), hostname).on('error', () => undefined);
  // Keeps the server from being done.
  const upload = dial();
  upload.write(
    'POST /genesys/1/storage/60 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n' +
      'Content-Type: application/x-www-form-urlencoded\r\n\r\na=',
  );
  const late = dial();
  const bytes = upgrade('upgrade-late');
  late.write(bytes.slice(0, 40));
  const answer = once(late, 'data');
  // Both are under way before the node hears that it is to stop.
  expect((await stopping.request('GET', '/genesys/1/node')).status).toBe(200);
  const ended = stopping.stop();
  await eventually(async () => {
    const probe = dial();
    const refused = await new Promise<boolean>((resolve) => {
      probe.on('connect', () => resolve(false)).on('close', () => resolve(true));
    });
    probe.destroy();
    expect(refused).toBe(true);
  });
  late.write(bytes.slice(40));
  expect(String((await answer)[0])).toMatch(/^HTTP\/1\.1 503 [^]*"exception":"Stopping"/);
  upload.end('1234567');
  expect(await ended).toBe(0);
  expect(await lineOf('upgrade-late', stopping)).toMatchObject({
    ...{ status: 503, exception: 'Stopping', caller: `address:${client}`, route: endpoint },
  });
});
