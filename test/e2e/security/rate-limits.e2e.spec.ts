import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { adminKey, makeKey, putSection, withKey } from '../../support/access-keys.js';
import type { TestResponse } from '../../support/http-client.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/operations/security.md, Rate limits: per client address and per key
const trust = { trusted_networks: ['127.0.0.0/8', '10.0.0.0/8'], trusted_proxies: ['127.0.0.1'] };
const server = useTestServer({
  config: { security: { ...trust, rate_limit: { per_second: 1, burst: 5 } } },
  env: { GMS_ADMIN_KEY: adminKey },
});
const node = '/genesys/1/node';

const callFrom = (address: string, headers: object = {}, path = node): Promise<TestResponse> =>
  server.request('GET', path, { headers: { 'X-Forwarded-For': address, ...headers } });

async function statuses(count: number, call: (index: number) => Promise<TestResponse>) {
  const found: number[] = [];
  for (let index = 0; index < count; index++) found.push((await call(index)).status);
  return found;
}

const five = [200, 200, 200, 200, 200];

describe('each client address', () => {
  it('may send a burst and is then told when to come again', async () => {
    expect(await statuses(5, () => callFrom('203.0.113.1'))).toEqual(five);
    const answer = await callFrom('203.0.113.1');
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json).toEqual({ message: expect.any(String), exception: 'RateLimited' });
    expect((await callFrom('203.0.113.2')).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect((await callFrom('203.0.113.1')).status).toBe(200);
  });

  it('is the one that the trusted proxy names, whatever the client wrote before', async () => {
    const found = await statuses(7, (index) => callFrom(`198.51.100.${index}, 203.0.113.3`));
    expect(found).toEqual([...five, 429, 429]);
  });

  it('counts over all its calls, by any path', async () => {
    const paths = [node, '/gms-web/gms/1/node', '/genesys/1/admin/keys', `${node}/`, '/healthz'];
    const found = await statuses(5, (index) => callFrom('203.0.113.4', {}, paths[index]));
    expect(found).toEqual([200, 200, 401, 200, 200]);
    expect((await callFrom('203.0.113.4')).status).toBe(429);
  });

  it('counts wrong keys, so that nobody guesses fast', async () => {
    const found = await statuses(7, (index) =>
      callFrom('203.0.113.5', withKey(`gms_guess${index}`), '/genesys/1/admin/keys'),
    );
    expect(found).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });

  it('is a /64 of IPv6: a subscriber has them all', async () => {
    const found = await statuses(6, (index) => callFrom(`2001:db8:1:2::${index + 1}`));
    expect(found).toEqual([...five, 429]);
    expect((await callFrom('2001:db8:1:3::1')).status).toBe(200);
  });

  it('that nobody can read is one for all of them', async () => {
    const found = await statuses(6, (index) => callFrom(`garbage${index}`));
    expect(found).toEqual([...five, 429]);
  });

  it('of a trusted network counts like any other', async () => {
    const path = '/genesys/1/admin/keys';
    expect(await statuses(6, () => callFrom('10.0.0.7', {}, path))).toEqual([...five, 429]);
  });

  it('refused calls are not done', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.6' };
    await statuses(5, () => callFrom('203.0.113.6'));
    const form = { a: 'b' };
    const answer = await server.request('POST', '/genesys/1/storage/60', { form, headers });
    expect([answer.status, answer.json.id]).toEqual([429, undefined]);
  });
});

it('loopback is free', async () => {
  expect(new Set(await statuses(50, () => server.request('GET', node)))).toEqual(new Set([200]));
  expect(new Set(await statuses(50, () => callFrom('127.0.0.5')))).toEqual(new Set([200]));
});

it('callers behind a proxy of this machine that is not trusted are one client', async () => {
  const call = (index: number): Promise<TestResponse> =>
    server.request('GET', node, {
      headers: { 'X-Forwarded-For': `198.51.100.${index}` },
      localAddress: '127.0.0.7',
    });
  expect(await statuses(7, call)).toEqual([...five, 429, 429]);
  const direct = await server.request('GET', node, { localAddress: '127.0.0.7' });
  expect(direct.status).toBe(200);
});

it.each([
  ['/docs', 200],
  ['/docs-json', 200],
  ['/genesys/resources/servicetest.html', 200],
  ['/genesys/1/nothing', 404],
  ['/genesys/1/storage/%E0%A4%A', 400],
  ['/genesys/cometd', 400],
])('calls of %s count as well', async (path, status) => {
  const address = `203.0.113.${20 + path.length}`;
  const answers: TestResponse[] = [];
  // One more is answered for each second that a slow machine takes over them.
  while (answers.length < 100 && answers.at(-1)?.status !== 429) {
    answers.push(await callFrom(address, {}, path));
  }
  const refusal = answers.pop();
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
  expect(answers.length).toBeGreaterThanOrEqual(5);
  expect(refusal?.json).toEqual({ message: expect.any(String), exception: 'RateLimited' });
});

describe('each message of a Bayeux request', () => {
  const messages = (count: number) => Array(count).fill({ channel: '/meta/subscribe' });
  const post = (address: string, count: number): Promise<TestResponse> =>
    server.request('POST', '/genesys/cometd', {
      headers: { 'X-Forwarded-For': address, gms_user: 'counted' },
      json: messages(count),
    });

  it('counts as a call', async () => {
    expect((await post('203.0.113.60', 1000)).json.exception).toBe('RateLimited');
    expect((await post('203.0.113.61', 5)).status).toBe(200);
    expect((await callFrom('203.0.113.61')).status).toBe(429);
  });

  it('counts over a websocket too, which is closed beyond the limit', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/genesys/cometd`, {
      headers: { 'X-Forwarded-For': '203.0.113.62', gms_user: 'counted' },
    });
    await once(socket, 'open');
    const closed = once(socket, 'close') as Promise<[number]>;
    socket.send(JSON.stringify(messages(50)));
    expect((await closed)[0]).toBe(1013);
  });
});

it('preflights count, and a page of a listed origin can read the refusal', async () => {
  const shop = 'https://shop.example';
  await putSection(server, 'security', {
    ...trust,
    rate_limit: { per_second: 1, burst: 5 },
    cors_origins: [shop],
  });
  const from = { 'X-Forwarded-For': '203.0.113.90', Origin: shop };
  const headers = { ...from, 'Access-Control-Request-Method': 'POST' };
  const found = await statuses(6, () => server.request('OPTIONS', node, { headers }));
  expect(found).toEqual([204, 204, 204, 204, 204, 429]);
  const answer = await server.request('GET', node, { headers: from });
  expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([429, shop]);
});

it('of 250 calls at once no more than the limit are answered', async () => {
  const calls = Array.from({ length: 250 }, () => callFrom('203.0.113.91'));
  const found = (await Promise.all(calls)).map(({ status }) => status);
  const answered = found.filter((status) => status === 200).length;
  expect(answered).toBeGreaterThanOrEqual(5);
  // One more for each second that a slow machine takes over them.
  expect(answered).toBeLessThan(125);
  expect(found.filter((status) => status === 429)).toHaveLength(250 - answered);
});

it('each key has a rate of its own, from wherever it calls', async () => {
  const { key } = await makeKey(server, 'busy', 'Administrator');
  const other = await makeKey(server, 'calm', 'Administrator');
  const path = '/genesys/1/admin/keys';
  const found = await statuses(7, (index) => callFrom(`192.0.2.${index}`, withKey(key), path));
  expect(found).toEqual([...five, 429, 429]);
  expect((await callFrom('192.0.2.99', withKey(other.key), path)).status).toBe(200);
});

it('the limit can be changed while the server runs', async () => {
  await putSection(server, 'security', { ...trust, rate_limit: { per_second: 1000, burst: 20 } });
  expect(await statuses(20, () => callFrom('203.0.113.8'))).toEqual([
    ...five,
    ...five,
    ...five,
    ...five,
  ]);
  await putSection(server, 'security', { ...trust, rate_limit: { per_second: 1, burst: 2 } });
  expect(await statuses(3, () => callFrom('203.0.113.8'))).toEqual([200, 200, 429]);
});
