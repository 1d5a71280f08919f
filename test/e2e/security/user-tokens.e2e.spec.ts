import { generateKeyPairSync } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import { adminKey, makeKey, putSection, withKey } from '../../support/access-keys.js';
import {
  type Claims,
  makeSigningKey,
  seconds,
  sign,
  type SigningKey,
  useHttpServer,
  useKeySetServer,
} from '../../support/key-set-server.js';
import type { RequestOptions, TestResponse } from '../../support/http-client.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/operations/security.md, End users: `gms_user`: security.gms_user = jwt
const issuer = useKeySetServer();
const server = useTestServer({
  config: {
    'resources.any': { _allocation_strategy: 'RANDOM', numbers: ['33155559999'] },
    'service.interaction': {
      _type: 'builtin',
      _service: 'request-interaction',
      _resource_group: 'any',
    },
  },
  env: { GMS_ADMIN_KEY: adminKey },
});
const storage = '/genesys/1/storage';
let key: SigningKey;

const jwtMode = (more: object = {}): Promise<void> =>
  putSection(server, 'security', {
    gms_user: 'jwt',
    jwt_issuer: 'https://id.example',
    jwt_audience: 'gms',
    jwt_jwks_url: issuer.url,
    ...more,
  });

/** Keys are not fetched twice within five seconds. */
const refetchTime = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 5100));

beforeAll(async () => {
  key = await makeSigningKey('first');
  issuer.publish(key);
  await jwtMode();
});

/** Calls at once with tokens that name keys which nobody has; their statuses. */
async function flood(name: string, count: number): Promise<number[]> {
  const kids = Array.from({ length: count }, (_, number) => `${name} ${number}`);
  const tokens = await Promise.all(kids.map((kid) => sign(key, {}, { kid })));
  const path = `${storage}/x`;
  const answers = await Promise.all(
    tokens.map((token) => server.request('GET', path, { headers: bearer(token) })),
  );
  return answers.map(({ status }) => status);
}

/** Asks for a call that needs a user: what it answers tells who the caller is taken for. */
async function whoIs(headers: Record<string, string>): Promise<string> {
  const made = await server.request('POST', '/genesys/1/service/interaction', {
    form: { _phone_number: '6504669999', gms_user: 'from the body' },
    headers,
  });
  if (made.status !== 200) return `${made.status} ${made.json.exception}: ${made.json.message}`;
  const data = await server.request('GET', `/genesys/1/service/${made.json._id}/storage`);
  return String(data.json.gms_user);
}

const bearer = (token: string): { Authorization: string } => ({ Authorization: `Bearer ${token}` });
const with_ = async (claims: Claims): Promise<string> => whoIs(bearer(await sign(key, claims)));

/** Keys that no library verifies with: too short, or no keys at all. */
const unusable: readonly SigningKey[] = [
  [
    'short',
    'RS256',
    generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }),
  ],
  ['junk', 'RS256', { kty: 'RSA', n: '!!!', e: 'AQAB' }],
  ['empty', 'RS256', { kty: 'RSA' }],
  ['no point', 'ES256', { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' }],
].map(
  ([kid, alg, jwk]) => ({ kid, alg, publicJwk: { ...(jwk as object), kid, alg } }) as SigningKey,
);

describe('with jwt the user', () => {
  it("is the verified token's subject, whatever header and body say", async () => {
    const token = await sign(key);
    expect(await whoIs(bearer(token))).toBe('alice');
    expect(await whoIs({ ...bearer(token), gms_user: 'bob' })).toBe('alice');
    expect(await with_({ sub: 'Zoë 山田' })).toBe('Zoë 山田');
  });

  it('is nobody without a token', async () => {
    expect(await whoIs({})).toBe('undefined');
    expect(await whoIs({ gms_user: 'alice' })).toBe('undefined');
    expect(await whoIs({ gms_user: 'alice', Authorization: 'Basic YTpi' })).toBe('undefined');
  });

  it('cannot be claimed by a later write to the service’s data', async () => {
    const made = await server.request('POST', '/genesys/1/service/interaction', {
      form: { _phone_number: '6504669999' },
      headers: bearer(await sign(key)),
    });
    const service = `/genesys/1/service/${made.json._id}`;
    const form = { gms_user: 'mallory', note: 'kept' };
    for (const path of [`${service}/storage`, `${service}/update`]) {
      expect((await server.request('POST', path, { form })).status).toBe(200);
      const data = await server.request('GET', `${service}/storage`);
      expect(data.json).toEqual({ gms_user: 'alice', note: 'kept' });
    }
  });

  it('is changed by no call that writes data, nor taken away', async () => {
    const alice = bearer(await sign(key));
    const json = { _phone_number: '6504669999', gms_user: 'mallory' };
    const made = await server.request('POST', '/genesys/1/service/interaction', {
      json,
      headers: alice,
    });
    const id = made.json._id as string;
    const service = `/genesys/1/service/${id}`;
    const expectAlice = async (path: string): Promise<void> => {
      const { json: data } = await server.request('GET', `${service}/storage`);
      expect([path, data]).toEqual([path, { gms_user: 'alice' }]);
    };
    const file = { name: 'gms_user', value: 'mallory', fileName: 'a.txt' };
    const bodies: RequestOptions[] = [
      { form: { gms_user: 'mallory' } },
      { form: { GMS_User: 'mallory' } },
      { form: new URLSearchParams('gms_user=mallory&gms_user=eve') },
      { multipart: [{ name: 'gms_user', value: 'mallory' }] },
      { multipart: [file] },
    ];
    for (const body of bodies) {
      for (const path of [`${service}/storage`, `${service}/update`, `${storage}/${id}/60`]) {
        for (const claimed of [[], ['mallory']]) {
          const headers = { gms_user: claimed };
          expect((await server.request('POST', path, { ...body, headers })).status).toBe(200);
          await expectAlice(path);
        }
      }
    }
    for (const path of [`${service}/storage`, `${service}/update`]) {
      const text = await server.request('POST', path, { json: { gms_user: 'mallory' } });
      expect(text.status).toBe(200);
      await expectAlice(path);
    }
    for (const path of [`${service}/storage/gms_user`, `${storage}/${id}/gms_user`]) {
      const one = await server.request('DELETE', path);
      expect([one.status, one.json.exception]).toEqual([403, 'Forbidden']);
    }
    for (const path of [`${service}/storage`, `${storage}/${id}`]) {
      const form = { note: 'x' };
      expect((await server.request('POST', `${service}/update`, { form })).status).toBe(200);
      expect((await server.request('DELETE', path)).status).toBe(200);
      await expectAlice(path);
    }
  });

  it('is no key of areas that callers make either', async () => {
    const headers = bearer(await sign(key));
    const form = { gms_user: 'mallory', a: 'b' };
    const made = await server.request('POST', `${storage}/60`, { form });
    await server.request('POST', `${storage}/custom/no-claims/60`, { form, headers });
    for (const id of [made.json.id, 'no-claims']) {
      const read = await server.request('GET', `${storage}/${id}`, { headers });
      expect(read.json).toEqual({ a: 'b' });
    }
  });

  it('is written by no call of Context Services: bodies lose the key, an extension has it not', async () => {
    const cs = '/genesys/1/cs';
    const claim = { gms_user: 'mallory', GMS_User: 'eve', note: { gms_user: 'inside' } };
    const post = async (path: string, json: object): Promise<any> => {
      const answer = await server.request('POST', `${cs}${path}`, { json });
      if (![200, 201, 204].includes(answer.status)) throw new Error(`${path}: ${answer.text}`);
      return answer.text === '' ? undefined : answer.json;
    };
    const { service_id: id } = await post('/services/start', { contact_key: 'c', ...claim });
    await post(`/customers/alice/services/${id}`, claim);
    const { state_id: first } = await post(`/services/${id}/states/start`, claim);
    const { state_id: next } = await post(`/services/${id}/states/transition`, {
      from: { state_id: first },
      to: {},
      ...claim,
    });
    const { task_id: task } = await post(`/services/${id}/tasks/start`, claim);
    const holders = ['', `/states/${next}`, `/tasks/${task}`];
    for (const holder of holders) {
      for (const name of ['gms_user', 'GMS_USER', 'gms%5Fuser']) {
        for (const ending of ['', '/merge']) {
          const path = `${cs}/services/${id}${holder}/extensions/${name}${ending}`;
          const put = await server.request('PUT', path, { json: { a: 'b' } });
          expect([path, put.status, put.json.exception]).toEqual([path, 403, 'Forbidden']);
        }
      }
    }
    await post(`/services/${id}/tasks/${task}/end`, claim);
    await post(`/services/${id}/states/${next}/end`, claim);
    await post(`/services/${id}/end`, claim);
    const element = { service: { contact_key: 'c', ...claim }, state: claim, task: claim };
    const { services } = await post('/services_composite/start', { services: [element] });
    const made = services[0];
    const composite = `/services/${made.service.service_id}`;
    for (const path of [
      `/services/${id}`,
      ...holders.slice(1).map((holder) => `/services/${id}${holder}`),
      `/services/${id}/states/${first}`,
      composite,
      `${composite}/states/${made.state.state_id}`,
      `${composite}/tasks/${made.task.task_id}`,
    ]) {
      const read = await server.request('GET', `${cs}${path}?extensions=*`);
      expect([path, read.status, read.text]).toEqual([path, 200, expect.any(String)]);
      const names = Object.keys(read.json).filter((name) => name.toLowerCase() === 'gms_user');
      expect([path, names]).toEqual([path, []]);
    }
    const kept = await server.request('GET', `${cs}/services/${id}?extensions=*`);
    expect(kept.json.note).toEqual({ gms_user: 'inside' });
  });

  it("owns what the token's subject stored, and nobody else", async () => {
    const path = `${storage}/custom/of-alice/60`;
    const form = { a: 'b' };
    const alice = bearer(await sign(key));
    const bob = bearer(await sign(key, { sub: 'bob' }));
    expect((await server.request('POST', path, { form, headers: alice })).status).toBe(200);
    const read = async (headers: Record<string, string>): Promise<number> =>
      (await server.request('GET', `${storage}/of-alice`, { headers })).status;
    expect(await read(alice)).toBe(200);
    expect(await read(bob)).toBe(404);
    expect(await read({ ...bob, gms_user: 'alice' })).toBe(404);
    expect(await read({ gms_user: 'alice' })).toBe(404);
    const none = await server.request('POST', path, { form, headers: { gms_user: 'alice' } });
    expect([none.status, none.json.exception]).toEqual([400, 'MissingParameter']);
  });
});

it('keys are fetched with the Via of this server', async () => {
  expect(await with_({})).toBe('alice');
  expect(issuer.lastHeaders().via).toBe('1.1 opengms');
});

describe('a token is refused', () => {
  it.each<[string, Claims, RegExp]>([
    ['that has expired', { exp: seconds(-60) }, /has expired/],
    ['without an end', { exp: undefined }, /no exp/],
    ['with an end that is no number', { exp: 'tomorrow' }, /exp/],
    ['that is not good yet', { nbf: seconds(60) }, /nbf/],
    ['of another issuer', { iss: 'https://evil.example' }, /iss/],
    ['of no issuer', { iss: undefined }, /iss/],
    ['for another audience', { aud: 'other' }, /aud/],
    ['for no audience', { aud: undefined }, /aud/],
    ['of nobody', { sub: undefined }, /no sub/],
    ['of an empty subject', { sub: '' }, /subject/],
    ['of a subject that is no text', { sub: 7 }, /sub/],
    ['of a subject too long', { sub: 'x'.repeat(256) }, /subject/],
    ['of a subject with a control character', { sub: 'a\0' }, /subject/],
  ])('%s', async (_, claims, words) => {
    const answer = await with_(claims);
    expect(answer).toMatch(/^401 Unauthorized: /);
    expect(answer).toMatch(words);
  });

  it('but for small differences of clocks', async () => {
    expect(await with_({ exp: seconds(-3) })).toBe('alice');
    expect(await with_({ nbf: seconds(3) })).toBe('alice');
    expect(await with_({ aud: ['other', 'gms'] })).toBe('alice');
  });

  it('when another key signed it, whatever key it brings or names', async () => {
    const thief = await makeSigningKey('first');
    const headers = [
      {},
      { jwk: thief.publicJwk },
      { jku: issuer.url.replace('keys', 'mine'), kid: 'first' },
      { kid: '../../dev/null' },
      { kid: 'unknown' },
      { kid: undefined },
    ];
    for (const header of headers) {
      const answer = await whoIs(bearer(await sign(thief, {}, header)));
      expect([header, answer]).toEqual([header, expect.stringMatching(/^401 Unauthorized: /)]);
    }
  });

  it('when its algorithm needs no private key', async () => {
    const claims = { sub: 'alice', iss: 'https://id.example', aud: 'gms', exp: seconds(300) };
    expect(await whoIs(bearer(new UnsecuredJWT(claims).encode()))).toMatch(/^401 Unauthorized: /);
    const publicKey = await exportSPKI(key.publicKey);
    for (const secret of [publicKey, publicKey.trim(), JSON.stringify(key.publicJwk)]) {
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', kid: 'first' })
        .sign(new TextEncoder().encode(secret));
      expect(await whoIs(bearer(token))).toMatch(/^401 Unauthorized: .*algorithm/);
    }
  });

  it('when a part of it was changed', async () => {
    const [header, payload, signature] = (await sign(key)).split('.') as [string, string, string];
    const forged = Buffer.from(
      JSON.stringify({ sub: 'bob', iss: 'https://id.example', aud: 'gms', exp: seconds(300) }),
    ).toString('base64url');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const token of [
      `${header}.${forged}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${header}.${payload}.${signature}.`,
      `${header}.${payload}.${signature.slice(2)}AA`,
      `.${payload}.${signature}`,
      'garbage',
      '..',
      'ey..',
      `${'x'.repeat(4000)}.x.x`,
    ]) {
      const answer = await whoIs(bearer(token));
      expect([token, answer]).toEqual([token, expect.stringMatching(/^401 Unauthorized: /)]);
    }
  });

  it('and nothing of the call is done', async () => {
    const headers = bearer(await sign(key, { exp: seconds(-60) }));
    const form = { a: 'b' };
    const path = `${storage}/custom/never-made/60`;
    const answer = await server.request('POST', path, { form, headers });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    const alice = bearer(await sign(key));
    const read = await server.request('GET', `${storage}/never-made`, { headers: alice });
    expect(read.status).toBe(404);
  });
});

it('a token that was taken is refused once it has ended', async () => {
  // Ten seconds are given; of these, five are left.
  const ending = bearer(await sign(key, { exp: seconds(-5) }));
  expect(await whoIs(ending)).toBe('alice');
  await refetchTime();
  expect(await whoIs(ending)).toMatch(/^401 Unauthorized: .*expired/);
});

it('every algorithm with a public key is taken', async () => {
  // None was fetched during the wait of the test before.
  const algorithms = ['RS256', 'PS384', 'ES512', 'EdDSA'];
  const keys = await Promise.all(algorithms.map((alg) => makeSigningKey(`of ${alg}`, alg)));
  issuer.publish(key, ...keys, ...unusable);
  for (const one of keys) {
    expect([one.alg, await whoIs(bearer(await sign(one)))]).toEqual([one.alg, 'alice']);
  }
});

it('a token that names a key of the set which cannot verify is refused', async () => {
  // Published with the keys of the test before.
  for (const { kid, alg } of unusable) {
    const [header, payload] = [
      { alg, kid },
      { sub: 'alice', exp: seconds(300) },
    ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    const answer = await whoIs(bearer(`${header}.${payload}.AAAA`));
    expect([kid, answer]).toEqual([kid, expect.stringMatching(/^401 Unauthorized: /)]);
  }
});

it('keys are fetched once, and again for a key that is new, but not for every guess', async () => {
  const next = await makeSigningKey('next');
  issuer.publish(next);
  await refetchTime();
  const before = issuer.fetches();
  const since = performance.now();
  expect(await whoIs(bearer(await sign(next)))).toBe('alice');
  expect(issuer.fetches()).toBe(before + 1);
  const statuses = await flood('guess', 200);
  expect(new Set(statuses)).toEqual(new Set([401]));
  expect(await whoIs(bearer(await sign(next)))).toBe('alice');
  expect(issuer.fetches() - before).toBeLessThanOrEqual(1 + (performance.now() - since) / 5000);
  // The key that its issuer took back is no longer good.
  expect(await whoIs(bearer(await sign(key)))).toMatch(/^401 Unauthorized: /);
  key = next;
});

it('an API key as bearer token names no user, and is no bad token', async () => {
  const { key: apiKey } = await makeKey(server, 'app', 'Integration');
  expect(await whoIs(bearer(apiKey))).toBe('undefined');
});

it('a key and a token may come together', async () => {
  await jwtMode({ public_api_key: true });
  const { key: apiKey } = await makeKey(server, 'app with users', 'Integration');
  const token = await sign(key);
  const both = { ...bearer(token), 'X-Api-Key': apiKey };
  const form = { a: 'b' };
  const path = `${storage}/custom/with-both/60`;
  expect((await server.request('POST', path, { form, headers: both })).status).toBe(200);
  const alone = await server.request('POST', path, { form, headers: bearer(token) });
  expect([alone.status, alone.json.message]).toEqual([401, expect.stringContaining('API key')]);
  const asBearer = { form, headers: withKey(apiKey) };
  const nobody = await server.request('POST', path, asBearer);
  expect([nobody.status, nobody.json.exception]).toEqual([400, 'MissingParameter']);
  const admin = await server.request('POST', path, { form, headers: withKey(adminKey) });
  expect([admin.status, admin.json.exception]).toEqual([400, 'MissingParameter']);
  await jwtMode();
});

it('an internal call from a trusted network may carry a token of a user', async () => {
  const headers = bearer(await sign(key));
  expect((await server.request('GET', '/genesys/1/admin/keys', { headers })).status).toBe(200);
});

describe('when the keys cannot be had', () => {
  const linkLocal = 'http://169.254.169.254/keys';
  let served = 0;
  let written = 0;
  const broken = useHttpServer((request, response) => {
    served++;
    const path = request.url?.replace(/\?.*/, '');
    if (path === '/error') response.writeHead(500).end('{"keys":[]}');
    else if (path === '/garbage') response.end('<html>');
    else if (path === '/no-keys') response.end('{"keys":{}}');
    else if (path === '/nothing') response.writeHead(204).end();
    else if (path === '/elsewhere') response.writeHead(302, { Location: issuer.url }).end();
    else if (path === '/keeper') response.writeHead(302, { Location: linkLocal }).end();
    else if (path === '/huge') void writeHuge(response);
    else if (path === '/trickle') trickle(response);
    // Anything else never answers.
  });

  /** The good key, and 100 MB beside it. */
  async function writeHuge(response: ServerResponse): Promise<void> {
    const filler = 'x'.repeat(1_000_000);
    response.write(`{"keys":[${JSON.stringify(key.publicJwk)}],"filler":"`);
    for (let piece = 0; piece < 100 && !response.destroyed; piece++) {
      if (!response.write(filler))
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
      if (!response.destroyed) written += filler.length;
    }
    response.end('"}');
  }

  function trickle(response: ServerResponse): void {
    const timer = setInterval(() => response.write(' '), 200);
    response.on('close', () => {
      clearInterval(timer);
    });
  }

  /** Asks with a good token while the keys are to be had at a URL. */
  async function askWithKeysAt(url: string): Promise<TestResponse> {
    await jwtMode({ jwt_jwks_url: url });
    return server.request('GET', `${storage}/x`, { headers: bearer(await sign(key)) });
  }

  it.each([
    ...['/error', '/garbage', '/no-keys', '/nothing', '/elsewhere', '/keeper', '/huge'],
    ...['/trickle', '/never', 'http://127.0.0.1:9/keys', linkLocal],
  ])('tokens are answered 503 with Retry-After: %s', async (path) => {
    const answer = await askWithKeysAt(path.startsWith('/') ? `${broken.url}${path}` : path);
    expect([answer.status, answer.json.exception]).toEqual([503, 'KeySetUnavailable']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.json.message).not.toMatch(/127\.0|169\.254/);
    expect((await server.request('GET', `${storage}/x`)).status).toBe(404);
  });

  it('a huge key set is not read on', async () => {
    written = 0;
    await askWithKeysAt(`${broken.url}/huge`);
    expect(written).toBeLessThan(50_000_000);
  });

  it('link-local addresses are not connected to, named or redirected to', async () => {
    const attempts: string[] = [];
    const watch = (message: unknown): void => {
      const { socket } = message as { readonly socket: Socket };
      socket.on('connectionAttempt', (address: string) => attempts.push(address));
    };
    subscribe('net.client.socket', watch);
    try {
      for (const url of [linkLocal, 'http://[::ffff:a9fe:a9fe]/keys', `${broken.url}/keeper?2`]) {
        expect([url, (await askWithKeysAt(url)).status]).toEqual([url, 503]);
      }
    } finally {
      unsubscribe('net.client.socket', watch);
    }
    expect(attempts.filter((address) => address !== '127.0.0.1')).toEqual([]);
  });

  it('calls do not hurry an issuer that fails: it is asked once a second', async () => {
    await askWithKeysAt(`${broken.url}/error?flood`);
    served = 0;
    const since = performance.now();
    for (let wave = 0; wave < 10; wave++) {
      expect(new Set(await flood(`wave ${wave}`, 20))).toEqual(new Set([503]));
    }
    expect(served).toBeLessThanOrEqual(1 + (performance.now() - since) / 1000);
  });

  it('they work again once the keys are there', async () => {
    await jwtMode();
    expect(await whoIs(bearer(await sign(key)))).toBe('alice');
  });
});

it('without issuer and audience neither is asked for', async () => {
  await jwtMode({ jwt_issuer: '', jwt_audience: '' });
  expect(await with_({ iss: 'anyone', aud: undefined })).toBe('alice');
});

it('back in header mode tokens are not looked at, and the key is any caller’s', async () => {
  await putSection(server, 'security', { gms_user: 'header' });
  const stored = await server.request('POST', `${storage}/60`, { form: { gms_user: 'me' } });
  expect((await server.request('GET', `${storage}/${stored.json.id}`)).json).toEqual({
    gms_user: 'me',
  });
  expect(await whoIs({ ...bearer('garbage'), gms_user: 'bob' })).toBe('bob');
});
