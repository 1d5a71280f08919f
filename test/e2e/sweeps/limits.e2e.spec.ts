import { connect as connectTo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { adminKey, makeKey, withKey } from '../../support/access-keys.js';
import { connect, exchange } from '../../support/bayeux.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { TestResponse } from '../../support/http-client.js';
import { useTestServer } from '../../support/use-servers.js';

// Judging first and counting after lets as many through as come at once: each limit is met by 250.
const crowd = 250;

const config = {
  security: {
    trusted_proxies: ['127.0.0.1'],
    trusted_networks: ['127.0.0.0/8', '203.0.113.0/24'],
    rate_limit: { per_second: 1, burst: 5 },
  },
  storage: { max_keys: 20, allow_client_ids: true },
  cometd: { max_sessions_per_user: 20 },
  'resources.locked': {
    _allocation_strategy: 'CLUSTER',
    numbers: Array.from({ length: 20 }, (_, place) => `80034${50_000 + place}`),
  },
  'resources.shared': { _allocation_strategy: 'RANDOM', numbers: ['33155559999'] },
  'service.locked': {
    ...{ _type: 'builtin', _service: 'request-interaction' },
    ...{ _resource_group: 'locked', _ttl: 600 },
  },
  'service.shared': {
    ...{ _type: 'builtin', _service: 'request-interaction' },
    ...{ _resource_group: 'shared', _provide_code: true, _ttl: 600 },
  },
  'service.match': { _type: 'builtin', _service: 'match-interaction' },
};
const server = useTestServer({ config, env: { GMS_ADMIN_KEY: adminKey } });

/** What 250 callers get who come at once. */
function atOnce<Answer>(call: (place: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: crowd }, (_, place) => call(place)));
}

/** How many answers have each status. */
function counted(answers: readonly TestResponse[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/**
 * Some are taken, at most so many; the others get this refusal, or 503 where the machine is so busy
 * that the database could not be asked in time.
 * @returns how many were taken
 */
function expectTaken(answers: readonly TestResponse[], most: number, refusal: number): number {
  const { 200: taken = 0, 503: busy = 0, [refusal]: refused = 0 } = counted(answers);
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThanOrEqual(most);
  expect(taken + refused + (refusal === 503 ? 0 : busy)).toBe(crowd);
  return taken;
}

/** Every refusal is one that a caller can act on. */
function expectRefusals(answers: readonly TestResponse[], exception: string): void {
  for (const { status, json } of answers.filter((one) => one.status >= 400)) {
    expect([status, json]).toEqual([status, { message: expect.any(String), exception }]);
  }
}

describe('of 250 access codes at once', () => {
  it('ten are judged, and the right one behind them is not', async () => {
    const { json } = await server.request('POST', '/genesys/1/service/shared', {
      json: { _phone_number: '6504669999' },
    });
    const guess = (code: string): Promise<TestResponse> =>
      server.request('POST', '/genesys/1/service/match', {
        json: { _access_number: json._access_number, _access_code: code },
      });
    const right = json._access_code as string;
    const wrong = (place: number): string => {
      const code = String(place).padStart(right.length, '0');
      return code === right ? '9'.repeat(right.length) : code;
    };
    const answers = await atOnce((place) => guess(place < 200 ? wrong(place) : right));
    const { 404: judged = 0, 429: refused = 0, 503: busy = 0 } = counted(answers);
    expect(judged).toBeLessThanOrEqual(10);
    expect(judged + refused + busy).toBe(crowd);
    expect(refused).toBeGreaterThan(0);
  });
});

describe('of 250 calls at once', () => {
  /** The burst of five, and what has come in since at one a second. */
  const most = (sinceMs: number): number => 5 + Math.ceil((performance.now() - sinceMs) / 1000);

  it.each([
    ['an address', '/genesys/1/node', '203.0.113.1'],
    ['an address with internal calls', '/genesys/1/admin/keys', '203.0.113.2'],
    ['an address that asks for pages', '/docs', '203.0.113.3'],
    ['an address without a route', '/genesys/1/none', '203.0.113.4'],
  ])('%s has its burst answered', async (_who, path, address) => {
    const since = performance.now();
    const answers = await atOnce(() =>
      server.request('GET', path, { headers: { 'X-Forwarded-For': address } }),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(crowd - refused.length).toBeGreaterThanOrEqual(5);
    expect(crowd - refused.length).toBeLessThanOrEqual(most(since));
    expectRefusals(refused, 'RateLimited');
  });

  it('a key has its burst answered, from however many addresses', async () => {
    const { key } = await makeKey(server, 'busy', 'Administrator');
    const since = performance.now();
    const answers = await atOnce((place) =>
      server.request('GET', '/genesys/1/admin/keys', {
        headers: { 'X-Forwarded-For': `198.51.100.${place}`, ...withKey(key) },
      }),
    );
    expect(counted(answers)[200]).toBeGreaterThanOrEqual(5);
    expect(counted(answers)[200]).toBeLessThanOrEqual(most(since));
  });
});

describe('of 250 writes at once', () => {
  it('a storage area takes as many keys as it may have', async () => {
    const { json } = await server.request('POST', '/genesys/1/storage/600', { form: { first: 1 } });
    const answers = await atOnce((place) =>
      server.request('POST', `/genesys/1/storage/${json.id}/600`, { form: { [`k${place}`]: 1 } }),
    );
    const taken = expectTaken(answers, 19, 400);
    expectRefusals(
      answers.filter(({ status }) => status === 400),
      'TooManyKeys',
    );
    const kept = await server.request('GET', `/genesys/1/storage/${json.id}`);
    expect(Object.keys(kept.json)).toHaveLength(taken + 1);
  });

  it.each(['storage', 'update'])('the data of a service takes as many by %s', async (way) => {
    const { json } = await server.request('POST', '/genesys/1/service/shared', {
      json: { _phone_number: '6504669999' },
    });
    const path = `/genesys/1/service/${json._id}`;
    const before = (await server.request('GET', `${path}/storage`)).json as object;
    const answers = await atOnce((place) =>
      server.request('POST', `${path}/${way}`, { json: { [`k${place}`]: 1 } }),
    );
    const had = Object.keys(before).length;
    const taken = expectTaken(answers, 20 - had, 400);
    const kept = await server.request('GET', `${path}/storage`);
    expect(Object.keys(kept.json)).toHaveLength(had + taken);
  });

  it('an id of the caller has one owner', async () => {
    const answers = await atOnce((place) =>
      server.request('POST', '/genesys/1/storage/custom/wanted/600', {
        form: { owner: place },
        headers: { gms_user: `user ${place}` },
      }),
    );
    expectTaken(answers, 1, 404);
  });

  it('a name has one key', async () => {
    const answers = await atOnce(() =>
      server.request('POST', '/genesys/1/admin/keys', {
        json: { name: 'wanted', roles: ['Integration'] },
      }),
    );
    expectTaken(answers, 1, 409);
  });

  it('an Idempotency-Key publishes one event', async () => {
    const answers = await atOnce(() =>
      server.request('POST', '/genesys/1/notification/publish', {
        json: {
          ...{ tag: 'sweep.once', message: 'once' },
          notificationDetails: { type: 'comet', deviceId: 'alice' },
        },
        headers: { 'Idempotency-Key': 'sweep' },
      }),
    );
    const { 200: taken = 0, 503: busy = 0 } = counted(answers);
    expect(taken).toBeGreaterThan(0);
    expect(taken + busy).toBe(crowd);
    const rows = await databaseRows(
      server,
      `SELECT count(*)::int FROM comet_event WHERE user_id = 'alice'`,
    );
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('each locked number has one service', async () => {
    const answers = await atOnce((place) =>
      server.request('POST', '/genesys/1/service/locked', {
        json: { _phone_number: `650${4_660_000 + place}` },
      }),
    );
    expectTaken(answers, 20, 503);
    const numbers = answers.filter(({ status }) => status === 200).map(({ json }) => json);
    expect(new Set(numbers.map(({ _access_number }) => _access_number)).size).toBe(numbers.length);
  });
});

describe('of 250 handshakes at once', () => {
  const greeting = { channel: '/meta/handshake', id: '1' };

  it('a user has as many sessions as it may have', async () => {
    const replies = await atOnce(() => exchange(server, 'crowded', greeting));
    const ids = replies
      .flat()
      .filter(({ successful }) => successful === true)
      .map(({ clientId }) => clientId as string);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.length).toBeLessThanOrEqual(20);
    const [reply] = await exchange(server, 'crowded', connect(ids[0]!));
    expect(reply).toMatchObject({ successful: true });
  });
});

/** Bodies under way on the node may take this many bytes together. */
const mostBodyBytes = 4 * 1024 * 1024;

describe('of 250 uploads at once', () => {
  const own = useTestServer({
    config: { server: { max_body_size: mostBodyBytes, max_body_memory: mostBodyBytes } },
  });

  /** Announces a body and sends half of it. */
  function stall(length: number): Promise<string> {
    const { hostname, port } = new URL(own.url);
    const socket = connectTo(Number(port), hostname);
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (bytes) => (text += String(bytes)));
      socket.on('error', () => undefined).on('close', () => resolve(text));
    });
    socket.write(
      'POST /genesys/1/storage/600 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n' +
        'Content-Type: multipart/form-data; boundary=XX\r\n' +
        `Content-Length: ${length}\r\n\r\n` +
        '--XX\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n',
    );
    socket.write(Buffer.alloc(length / 2));
    return answer;
  }

  it('those are taken that the node has memory for; the others come again later', async () => {
    const length = 200_000;
    const uploads = Array.from({ length: crowd }, () => stall(length));
    const answers = await Promise.all(uploads);
    const room = Math.floor(mostBodyBytes / (length / 2));
    const refusals = answers.filter((text) => text.startsWith('HTTP/1.1 503 '));
    expect(refusals.length).toBeGreaterThanOrEqual(crowd - room);
    for (const refusal of refusals) {
      expect(refusal).toMatch(/Retry-After: \d+\r\n[^]*"exception":"TooManyBodies"/);
    }
    const others = answers.filter((text) => !text.startsWith('HTTP/1.1 503 '));
    expect(others.map((text) => text.slice(9, 12))).toEqual(others.map(() => '408'));
    await eventually(async () => {
      const answer = await own.request('POST', '/genesys/1/storage/600', {
        multipart: [{ name: 'a', value: Buffer.alloc(1_000_000), fileName: 'a' }],
      });
      expect(answer.status).toBe(200);
    });
  });
});
