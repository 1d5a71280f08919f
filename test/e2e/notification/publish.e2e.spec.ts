import { createHmac } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { connect, exchange, session } from '../../support/bayeux.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { hang, useHttpSink, withHeaders } from '../../support/http-sink.js';
import {
  base,
  callback,
  deliveries,
  publish,
  putSection,
  subscribe,
  trySubscribe,
} from '../../support/notification.js';
import { useTestServer } from '../../support/use-servers.js';

const push = {
  pushEnabled: 'comet,httpcb,customhttp',
  'httpcb.secret': 'a shared secret',
};
const server = useTestServer({
  config: {
    security: { allowed_callback_networks: ['127.0.0.1'] },
    gms: { 'http.socket_timeout': 1 },
    push,
    'push.provider.SalesApp': {},
  },
});
const sink = useHttpSink();
const keys = { p256dh: `B${'A'.repeat(86)}`, auth: 'A'.repeat(22) };

beforeEach(async () => {
  for (const subscriber of ['A1', 'comet']) {
    await server.request('DELETE', `${base}/subscription/subscriber/${subscriber}`);
  }
});

/** What a body is answered: status, exception, message. */
async function refusal(json: unknown, headers = {}): Promise<[number, string, string]> {
  const { status, json: error } = await publish(server, json, headers);
  return [status, error.exception, error.message];
}

describe('POST /notification/publish', () => {
  it('reaches every subscription whose filter matches the tag, and no other', async () => {
    const tag = 'ors.agentavailability.agent123.available';
    const matching = [
      ...['*', 'ors.*', 'ors.agentavailability.*', 'ors.agentavailability.agent123.*', tag],
    ];
    const others = ['ors', 'ORS.*', `${tag}.*`, 'ors.agentavailability', `${tag}.x`, 'or.*'];
    for (const [at, filter] of [...matching, ...others].entries()) {
      await subscribe(server, callback(`${sink.url}/${at}`, filter));
    }
    const answer = await publish(server, { tag, message: 'An agent is free' });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(sink.received.map(({ path }) => path).sort()).toEqual(['/0', '/1', '/2', '/3', '/4']);
  });

  it('is no failure of subscriptions that are deleted meanwhile', async () => {
    const calls = Array.from({ length: 60 }, async (_, at) => {
      if (at % 3 === 0) return subscribe(server, callback(`${sink.url}/race`, 'race.*'));
      if (at % 3 === 1) return publish(server, { tag: 'race.a' });
      return server.request('DELETE', `${base}/subscription/subscriber/A1`);
    });
    const answers = (await Promise.all(calls)).filter((answer) => typeof answer !== 'string');
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
  });

  it.each([
    ['callback', 'httpcb', (origin: string) => `${origin}/`],
    ['webpush', 'webpush', (origin: string) => JSON.stringify({ endpoint: `${origin}/`, keys })],
  ])('reaches all others, whatever a subscription of old says: %s', async (lane, type, device) => {
    await putSection(server, 'push', { ...push, pushEnabled: 'httpcb,webpush' });
    const id = await subscribe(server, callback(`${sink.url}/old`, 'old.*'));
    await subscribe(server, callback(`${sink.url}/other`, 'old.*'));
    const letters = Array.from({ length: 4000 }, (_, at) => String.fromCodePoint(0x4e00 + at));
    const origin = new URL(`http://${letters.join('')}.example`).origin;
    await databaseRows(
      server,
      'UPDATE push_subscription SET type = $2, device_id = $3, lane = $4 WHERE id = $1',
      [id, type, device(origin), `${lane} ${origin}`],
    );
    expect((await refusal({ tag: 'old.tag' })).slice(0, 2)).toEqual([503, 'PublishFailed']);
    expect(sink.received.map(({ path }) => path)).toEqual(['/other']);
    await putSection(server, 'push', push);
  });

  it('posts the bare message with its id, tag and signature', async () => {
    await subscribe(server, callback(` ${sink.url}/cb?x=1 `, 'a.*'));
    await publish(server, { tag: 'a.b', message: 'Grüße 😀\n"{}"' });
    const [{ method, headers, body }] = sink.at('/cb?x=1') as [any];
    expect([method, body]).toEqual(['POST', 'Grüße 😀\n"{}"']);
    expect(headers).toMatchObject({
      'content-type': 'text/plain;charset=UTF-8',
      'x-gms-message-id': expect.stringMatching(/^[0-9a-f]{32}$/),
      'x-gms-tag': 'a.b',
      'x-gms-signature': expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
    });
    const hmac = createHmac('sha256', 'a shared secret').update(body).digest('hex');
    expect(headers['x-gms-signature']).toBe(`sha256=${hmac}`);
  });

  it.each<[unknown, string]>([
    [undefined, ''],
    [null, ''],
    ['', ''],
    [{ a: [1, 'ü'] }, '{"a":[1,"ü"]}'],
    [7, '7'],
    [false, 'false'],
    [[], '[]'],
    ['x'.repeat(100_000), 'x'.repeat(100_000)],
  ])('sends the message %j as text', async (message, text) => {
    await subscribe(server, callback(`${sink.url}/text`, 'text'));
    expect((await publish(server, { tag: 'text', message })).status).toBe(200);
    expect(sink.at('/text').map(({ body }) => body)).toEqual([text]);
  });

  it('posts device and message as JSON to the operator’s service for customhttp', async () => {
    await putSection(server, 'push', { ...push, 'customhttp.url': `${sink.url}/custom` });
    await subscribe(server, {
      ...callback('any device', 'custom'),
      notificationDetails: { type: 'customhttp', deviceId: 'any device' },
      authorization: 'Basic eDp5',
    });
    sink.answer('/custom', 204);
    expect((await publish(server, { tag: 'custom', message: 'ü' })).status).toBe(200);
    const [{ body, headers }] = sink.at('/custom') as [any];
    expect(JSON.parse(body)).toEqual({ deviceId: 'any device', message: 'ü' });
    expect(headers).toMatchObject({ authorization: 'Basic eDp5' });
    expect(headers['content-type']).toContain('application/json');
  });

  it('reaches a comet user once, however many subscriptions match', async () => {
    const user = { gms_user: 'kate' };
    const clientId = await session(server, 'kate');
    const body = { subscriberId: 'comet', notificationDetails: { type: 'comet' } };
    for (const filter of ['*', 'for.*', 'for.kate'])
      await subscribe(server, { ...body, filter }, user);
    const held = exchange(server, 'kate', connect(clientId));
    expect((await publish(server, { tag: 'for.kate', message: { a: 1 } })).status).toBe(200);
    const mail = (await held).filter(({ channel }) => channel === '/_genesys');
    expect(mail.map(({ data }) => data)).toEqual([
      { id: expect.stringMatching(/^[0-9a-f]{32}$/), message: '{"a":1}', tag: 'for.kate' },
    ]);
    const messageId = mail[0]?.data.id;
    expect(await deliveries(server, 'tag=for.kate')).toMatchObject([
      { type: 'comet', deviceId: 'kate', state: 'delivered', attempts: 1, messageId },
    ]);
  });

  it('goes to the device of its notificationDetails alone, subscribed or not', async () => {
    await subscribe(server, callback(`${sink.url}/subscribed`, '*'));
    const direct = {
      ...{ tag: 'direct', message: 'm' },
      notificationDetails: { type: 'httpcb', deviceId: `${sink.url}/direct` },
    };
    expect((await publish(server, direct)).status).toBe(200);
    expect(sink.received.map(({ path }) => path)).toEqual(['/direct']);
    const clientId = await session(server, 'omar');
    const comet = {
      tag: 'direct',
      message: 'm',
      notificationDetails: { type: 'comet', deviceId: 'omar' },
    };
    expect((await publish(server, comet)).status).toBe(200);
    const mail = await exchange(server, 'omar', connect(clientId));
    expect(mail).toMatchObject([{ data: { message: 'm', tag: 'direct' } }, { successful: true }]);
  });

  it('goes to subscriptions of one provider alone when it names one', async () => {
    await subscribe(server, callback(`${sink.url}/default`, 'p'));
    await subscribe(server, callback(`${sink.url}/sales`, 'p', { providerName: 'SalesApp' }));
    expect((await publish(server, { tag: 'p', providerName: 'SalesApp' })).status).toBe(200);
    expect(sink.received.map(({ path }) => path)).toEqual(['/sales']);
    await publish(server, { tag: 'p' });
    expect(sink.received).toHaveLength(3);
  });

  it.each<[string, unknown, string]>([
    ['MissingParameter', {}, 'tag is mandatory'],
    ['MissingParameter', { tag: '' }, 'tag is mandatory'],
    ['InvalidParameter', { tag: 'a.*' }, 'tag takes'],
    ['InvalidParameter', { tag: 'a..b' }, 'tag takes'],
    ['InvalidParameter', { tag: 'ä' }, 'tag takes'],
    ['InvalidParameter', { tag: {} }, 'tag takes'],
    ['InvalidParameter', { tag: 'a', mediaType: 'html' }, 'mediaType takes'],
    ['InvalidParameter', { tag: 'a', locArgs: 'x' }, 'locArgs'],
    ['InvalidParameter', { tag: 'a', providerName: 'Nobody' }, 'providerName takes'],
    ['InvalidParameter', { tag: 'a', providerName: 'event' }, 'providerName takes'],
    ['MissingParameter', { tag: 'a', notificationDetails: {} }, 'notificationDetails.type is'],
    [
      'MissingParameter',
      { tag: 'a', notificationDetails: { type: 'comet' } },
      'notificationDetails.deviceId is',
    ],
    [
      'InvalidParameter',
      { tag: 'a', notificationDetails: { type: 'httpcb', deviceId: 'http://10.1.1.1' } },
      'notificationDetails.deviceId takes',
    ],
    [
      'InvalidParameter',
      { tag: 'a', notificationDetails: { type: 'comet', deviceId: 'x'.repeat(3000) } },
      'notificationDetails.deviceId takes for comet a user',
    ],
    [
      'InvalidParameter',
      { tag: 'a', notificationDetails: { type: 'comet', deviceId: 'a\nb' } },
      'notificationDetails.deviceId takes for comet a user',
    ],
    ['InvalidText', { tag: 'a', message: 'a\0' }, 'message'],
    ['InvalidText', { tag: 'a', message: '\ud800' }, 'message'],
  ])('answers 400 %s to %j', async (exception, body, words) => {
    expect(await refusal(body)).toEqual([400, exception, expect.stringContaining(words)]);
  });

  it('is 404 for a device of a type that is not enabled', async () => {
    const body = { tag: 'a', notificationDetails: { type: 'ios', deviceId: 'x' } };
    expect((await refusal(body)).slice(0, 2)).toEqual([404, 'PushTypeNotEnabled']);
  });

  it('takes JSON alone', async () => {
    const sent = await server.request('POST', `${base}/publish`, {
      body: '{"tag":"a"}',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect([sent.status, sent.json.exception]).toEqual([415, 'UnsupportedMediaType']);
  });

  it('does nothing again for the same idempotency key, however often and at once', async () => {
    await subscribe(server, callback(`${sink.url}/once`, 'once'));
    const headers = { 'Idempotency-Key': 'publish once' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => publish(server, { tag: 'once' }, headers)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect((await publish(server, { tag: 'once' }, headers)).status).toBe(200);
    expect(sink.received).toHaveLength(1);
    await publish(server, { tag: 'once' }, { 'Idempotency-Key': 'publish again' });
    expect(sink.received).toHaveLength(2);
  });

  it('counts an idempotency key for one caller, user and call alone', async () => {
    const made = await server.request('POST', '/genesys/1/admin/keys', {
      json: { name: 'publisher', roles: ['Integration'] },
    });
    const key = { 'Idempotency-Key': 'of many' };
    const withKey = { ...key, 'X-Api-Key': made.json.key };
    const id = await subscribe(server, callback(`${sink.url}/many`, 'many'), key);
    const other = await subscribe(server, callback(`${sink.url}/many`, 'many'), withKey);
    expect(other).not.toBe(id);
    const callers = [key, withKey, { ...key, gms_user: 'ann' }, { ...key, gms_user: 'ben' }];
    for (const headers of [...callers, ...callers]) {
      expect((await publish(server, { tag: 'many' }, headers)).status).toBe(200);
    }
    expect(sink.received).toHaveLength(2 * callers.length);
  });

  it('counts an idempotency key for one key, not for its name, and for one contact center', async () => {
    const key = async () =>
      server.request('POST', '/genesys/1/admin/keys', {
        json: { name: 'of one name', roles: ['Integration'] },
      });
    await subscribe(server, callback(`${sink.url}/heirs`, 'heirs'));
    const once = async (apiKey: string, tenant: object = {}) => {
      const headers = { 'Idempotency-Key': 'inherited', 'X-Api-Key': apiKey, ...tenant };
      expect((await publish(server, { tag: 'heirs' }, headers)).status).toBe(200);
      return sink.received.length;
    };
    const old = await key();
    expect(await once(old.json.key)).toBe(1);
    await server.request('DELETE', `/genesys/1/admin/keys/${old.json.id}`);
    const heir = await key();
    expect(await once(heir.json.key)).toBe(2);
    expect(await once(heir.json.key, { ContactCenterId: 'north' })).toBe(3);
    expect(await once(heir.json.key, { ContactCenterId: 'south' })).toBe(4);
    expect(await once(heir.json.key, { ContactCenterId: 'north' })).toBe(4);
    expect(await once(heir.json.key)).toBe(4);
  });

  it('is 422 for an idempotency key that came with another body', async () => {
    const reused = [422, 'IdempotencyKeyReused', expect.stringContaining('another body')];
    const headers = { 'Idempotency-Key': 'other body' };
    await subscribe(server, callback(`${sink.url}/other`, 'other'), headers);
    const subscribing = await trySubscribe(server, callback(`${sink.url}/x`, 'other'), headers);
    const { exception, message } = subscribing.json;
    expect([subscribing.status, exception, message]).toEqual(reused);
    expect((await publish(server, { tag: 'other' }, headers)).status).toBe(200);
    expect(await refusal({ tag: 'other', message: 'x' }, headers)).toEqual(reused);
    const comet = (message: string) => ({
      ...{ tag: 'other', message, notificationDetails: { type: 'comet', deviceId: 'ann' } },
    });
    const one = { 'Idempotency-Key': 'over comet' };
    expect((await publish(server, comet('a'), one)).status).toBe(200);
    expect(await refusal(comet('b'), one)).toEqual(reused);
    expect((await publish(server, comet('a'), one)).status).toBe(200);
    expect(sink.received.map(({ path }) => path)).toEqual(['/other']);
  });
});

/** A callback at the level of bytes: what it does when a request has come, by its number. */
async function useBytes(
  answer: (socket: Socket, request: number, connection: number) => void,
): Promise<{ url: string; requests: () => number; close: () => void }> {
  let requests = 0;
  let connections = 0;
  const bytes = createServer((socket) => {
    const connection = ++connections;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      if (chunk.includes('POST ')) answer(socket, ++requests, connection);
    });
  });
  await new Promise<void>((done) => bytes.listen(0, '127.0.0.1', done));
  const { port } = bytes.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests: () => requests,
    close: () => bytes.close(),
  };
}

describe('a callback', () => {
  const done = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

  it.each(['100 Continue', '102 Processing', '103 Early Hints'])(
    'may say %s before its answer, which is the one that counts',
    async (first) => {
      const bytes = await useBytes((socket) => {
        socket.write(`HTTP/1.1 ${first}\r\n\r\n`);
        setTimeout(() => socket.write(`HTTP/1.1 ${first}\r\n\r\n${done}`), 20);
      });
      await subscribe(server, callback(bytes.url, 'early'));
      for (let at = 0; at < 3; at++) {
        expect((await publish(server, { tag: 'early' })).status).toBe(200);
      }
      expect(bytes.requests()).toBe(3);
      bytes.close();
    },
  );

  it('may close a connection that was kept: the event goes out again over a new one', async () => {
    // The second request on a connection finds it closed, without a byte of an answer.
    const used = new Set<number>();
    const bytes = await useBytes((socket, _, connection) => {
      if (used.has(connection)) socket.destroy();
      else socket.write(done);
      used.add(connection);
    });
    await subscribe(server, callback(bytes.url, 'kept'));
    for (let at = 0; at < 4; at++) {
      expect((await publish(server, { tag: 'kept' })).status).toBe(200);
    }
    const made = await deliveries(server, 'tag=kept');
    expect(made.map(({ state, attempts }) => [state, attempts])).toEqual(
      Array(4).fill(['delivered', 1]),
    );
    bytes.close();
  });

  it('that closes a new connection without an answer, or a kept one within it, has failed', async () => {
    const fresh = await useBytes((socket) => socket.destroy());
    await subscribe(server, callback(fresh.url, 'fresh'));
    expect((await refusal({ tag: 'fresh' })).slice(0, 2)).toEqual([503, 'PublishFailed']);
    const within = await useBytes((socket, request) => {
      if (request === 1) socket.write(done);
      else socket.end('HTTP/1.1 200');
    });
    await subscribe(server, callback(within.url, 'within'));
    expect((await publish(server, { tag: 'within' })).status).toBe(200);
    expect((await refusal({ tag: 'within' })).slice(0, 2)).toEqual([503, 'PublishFailed']);
    fresh.close();
    within.close();
  });
});

describe('push.publish_mode', () => {
  it('sync: is 503 when a target failed its first attempt, and the others have it', async () => {
    await subscribe(server, callback(`${sink.url}/good`, 'mixed'));
    await subscribe(server, callback(`${sink.url}/created`, 'mixed'));
    sink.answer('/created', 201);
    expect(await refusal({ tag: 'mixed' })).toEqual([
      503,
      'PublishFailed',
      expect.stringMatching(/^1 of 2 targets/),
    ]);
    expect(sink.at('/good')).toHaveLength(1);
  });

  it.each<[string, Parameters<typeof sink.answer>[1]]>([
    ['an error of its own', 500],
    ['a refusal', 404],
    ['another success', 204],
    ['no answer at all', hang],
    ['a redirect to a forbidden address', withHeaders(302, { Location: 'http://10.0.0.1/' })],
  ])('sync: is 503 for a callback with %s', async (_, answer) => {
    await subscribe(server, callback(`${sink.url}/bad`, 'bad'));
    sink.answer('/bad', answer);
    expect((await refusal({ tag: 'bad' })).slice(0, 2)).toEqual([503, 'PublishFailed']);
  });

  it('sync: is 503 for a direct target, and where nobody listens', async () => {
    sink.answer('/direct', 500);
    for (const deviceId of [`${sink.url}/direct`, 'http://127.0.0.1:49151/']) {
      const notificationDetails = { type: 'httpcb', deviceId };
      const said = await refusal({ tag: 'direct.bad', notificationDetails });
      expect(said.slice(0, 2)).toEqual([503, 'PublishFailed']);
    }
  });

  it('sync: waits for what is left to others without counting again and again', async () => {
    const most = 500;
    let arrived = 0;
    for (let at = 0; at <= most; at++) {
      sink.answer(`/share/${at}`, (response) => {
        const pauseMs = ++arrived > most ? 3000 : 0;
        setTimeout(() => response.writeHead(200).end(), pauseMs);
      });
    }
    await putSection(server, 'gms', { 'http.socket_timeout': 30 });
    const id = await subscribe(server, callback(`${sink.url}/share/0`, 'share'));
    await databaseRows(
      server,
      `INSERT INTO push_subscription
         (id, subscriber_id, filter, type, device_id, debug, properties, lane, expires_at)
       SELECT gen_random_uuid(), subscriber_id, filter, type, $2 || place, debug, properties, lane,
              expires_at
         FROM push_subscription, generate_series(1, $3) place WHERE id = $1`,
      [id, `${sink.url}/share/`, most],
    );
    const looks = async (): Promise<number> => {
      const rows = await databaseRows(
        server,
        `SELECT idx_scan::int AS looks FROM pg_stat_user_indexes
          WHERE indexrelname = 'push_delivery_event'`,
      );
      return rows[0].looks;
    };
    const before = await looks();
    expect((await publish(server, { tag: 'share' })).status).toBe(200);
    expect(arrived).toBe(most + 1);
    expect((await looks()) - before).toBeLessThan(10);
    await putSection(server, 'gms', { 'http.socket_timeout': 1 });
  });

  it('async: answers once all is stored', async () => {
    await putSection(server, 'push', { ...push, publish_mode: 'async' });
    await subscribe(server, callback(`${sink.url}/slow`, 'slow'));
    sink.answer('/slow', hang, 200);
    expect((await publish(server, { tag: 'slow' })).status).toBe(200);
    await eventually(async () => {
      expect(await deliveries(server, 'tag=slow')).toMatchObject([
        { state: 'delivered', attempts: 2 },
      ]);
    });
  });
});
