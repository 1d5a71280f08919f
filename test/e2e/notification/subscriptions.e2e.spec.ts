import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { useHttpSink } from '../../support/http-sink.js';
import { databaseRows } from '../../support/database-rows.js';
import { base, callback, publish, subscribe, trySubscribe } from '../../support/notification.js';
import { useTestServer } from '../../support/use-servers.js';

const server = useTestServer({
  config: {
    security: { allowed_callback_networks: ['127.0.0.0/8'] },
    push: {
      pushEnabled: 'Comet, HTTPCB, orscb, customhttp',
      'customhttp.url': 'http://127.0.0.1:9',
    },
    'push.provider.SalesApp': {},
  },
  env: { GMS_SWEEP_INTERVAL_MS: '200' },
});
const sink = useHttpSink();

const url = 'http://127.0.0.1:9000/pushed';

/** What a body is answered: status, exception, message. */
async function refusal(json: unknown, headers = {}): Promise<[number, string, string]> {
  const { status, json: error } = await trySubscribe(server, json, headers);
  return [status, error.exception, error.message];
}

/** So many letters, each another. */
const ideographs = (count: number): string =>
  Array.from({ length: count }, (_, at) => String.fromCodePoint(0x4e00 + at)).join('');

async function row(id: string): Promise<any> {
  const rows = await databaseRows(
    server,
    `SELECT *, round(extract(epoch FROM expires_at - created_at))::int AS seconds
       FROM push_subscription WHERE id = $1`,
    [id],
  );
  return rows[0];
}

describe('POST /notification/subscription', () => {
  it('takes the example of the document, blanks before its URL too', async () => {
    const id = await subscribe(server, {
      subscriberId: 'A1',
      notificationDetails: { deviceId: ` ${url}`, type: 'httpcb' },
      filter: '*',
    });
    expect(await row(id)).toMatchObject({ filter: '*', seconds: 30, debug: false, provider: null });
    await server.request('DELETE', `${base}/subscription/${id}`);
  });

  it('takes what may stand inside notificationDetails from there', async () => {
    const id = await subscribe(server, {
      subscriberId: 'A1',
      notificationDetails: {
        ...{ deviceId: 'x', type: 'CustomHttp', expire: '45', filter: 'ors.context.123456' },
        ...{ providerName: 'SalesApp', language: 'de_AT', authorization: 'Bearer abc' },
        properties: { debug: 'DEBUG', 'key ü': 'välue' },
      },
    });
    expect(await row(id)).toMatchObject({
      ...{ type: 'customhttp', seconds: 45, filter: 'ors.context.123456', provider: 'SalesApp' },
      ...{ language: 'de_AT', authorization_header: 'Bearer abc', debug: true },
      properties: { debug: 'DEBUG', 'key ü': 'välue' },
    });
  });

  it('lets the top level win over notificationDetails', async () => {
    const inside = { deviceId: 'x', type: 'customhttp', expire: 45, filter: 'a', language: 'fr' };
    const id = await subscribe(server, {
      ...{ subscriberId: 'A1', filter: 'b.*', expire: 60, language: 'de', authorization: 'top' },
      providerName: 'SalesApp',
      notificationDetails: { ...inside, providerName: 'nobody', authorization: 'inner' },
    });
    expect(await row(id)).toMatchObject({
      ...{ filter: 'b.*', seconds: 60, language: 'de', provider: 'SalesApp' },
      authorization_header: 'top',
    });
  });

  it('takes scalars for their text', async () => {
    const id = await subscribe(server, callback(url, 'a', { subscriberId: 7, filter: 12 }));
    expect(await row(id)).toMatchObject({ subscriber_id: '7', filter: '12' });
  });

  it('takes templates that were filled with nothing', async () => {
    const id = await subscribe(server, {
      ...callback(url, 'a', { providerName: '', language: '', authorization: null, expire: '' }),
    });
    expect(await row(id)).toMatchObject({ provider: null, language: null, seconds: 30 });
  });

  it.each<[object, boolean]>([
    [{ properties: { debug: 'debug' } }, true],
    [{ properties: { debug: 'true' } }, true],
    [{ properties: { debug: true } }, true],
    [{ debug: 'true' }, true],
    [{ debug: true }, true],
    [{ properties: { debug: 'false' } }, false],
    [{ debug: 'no', properties: { debug: 'true' } }, false],
    [{}, false],
  ])('reads the debug connection from %j', async (more, debug) => {
    const notificationDetails = { type: 'httpcb', deviceId: url, ...more };
    const id = await subscribe(server, { subscriberId: 'A', filter: 'a', notificationDetails });
    expect(await row(id)).toMatchObject({ debug });
  });

  it.each<[string, object, string]>([
    ['MissingParameter', { subscriberId: undefined }, 'subscriberId is mandatory'],
    ['MissingParameter', { subscriberId: '' }, 'subscriberId is mandatory'],
    ['MissingParameter', { filter: undefined }, 'filter is mandatory'],
    ['MissingParameter', { filter: null }, 'filter is mandatory'],
    ['MissingParameter', { notificationDetails: undefined }, 'notificationDetails is mandatory'],
    ['MissingParameter', { notificationDetails: {} }, 'notificationDetails.type is mandatory'],
    [
      'MissingParameter',
      { notificationDetails: { type: 'httpcb' } },
      'notificationDetails.deviceId is mandatory',
    ],
    ['InvalidParameter', { subscriberId: {} }, 'subscriberId takes'],
    ['InvalidParameter', { subscriberId: 'x'.repeat(256) }, 'subscriberId takes'],
    ['InvalidParameter', { filter: 'ors.agent*' }, 'filter takes'],
    ['InvalidParameter', { filter: 'ors.a!' }, 'filter takes'],
    ['InvalidParameter', { filter: [] }, 'filter takes'],
    [
      'InvalidParameter',
      { filter: undefined, notificationDetails: { type: 'httpcb', deviceId: url, filter: 'a b' } },
      'filter takes',
    ],
    ['InvalidParameter', { expire: 0 }, 'expire takes whole seconds from 1'],
    ['InvalidParameter', { expire: -1 }, 'expire takes'],
    ['InvalidParameter', { expire: 1.5 }, 'expire takes'],
    ['InvalidParameter', { expire: '1.5' }, 'expire takes'],
    ['InvalidParameter', { expire: 'soon' }, 'expire takes'],
    ['InvalidParameter', { expire: 2_147_483_648 }, 'expire takes'],
    ['InvalidParameter', { expire: {} }, 'expire takes'],
    ['InvalidParameter', { language: 'de AT' }, 'language takes'],
    ['InvalidParameter', { authorization: 'a\r\nb: c' }, 'authorization takes'],
    ['InvalidParameter', { providerName: 'Nobody' }, 'providerName takes'],
    ['InvalidParameter', { providerName: 'event' }, 'providerName takes'],
    ['InvalidParameter', { notificationDetails: 'x' }, 'notificationDetails takes'],
    [
      'InvalidParameter',
      { notificationDetails: { type: 'smoke', deviceId: url } },
      'notificationDetails.type takes one of ios, android',
    ],
    [
      'InvalidParameter',
      { notificationDetails: { type: 7, deviceId: url } },
      'notificationDetails.type takes',
    ],
    [
      'InvalidParameter',
      { notificationDetails: { type: 'httpcb', deviceId: 7 } },
      'notificationDetails.deviceId takes',
    ],
    [
      'InvalidParameter',
      { notificationDetails: { type: 'httpcb', deviceId: 'x'.repeat(9000) } },
      'notificationDetails.deviceId takes',
    ],
    [
      'InvalidParameter',
      { notificationDetails: { type: 'httpcb', deviceId: url, properties: [] } },
      'notificationDetails.properties takes',
    ],
    [
      'InvalidParameter',
      { notificationDetails: { type: 'httpcb', deviceId: url, properties: { a: {} } } },
      'notificationDetails.properties takes',
    ],
    [
      'InvalidParameter',
      { notificationDetails: { type: 'httpcb', deviceId: url, debug: 1 } },
      'notificationDetails.debug takes',
    ],
    ['InvalidText', { subscriberId: 'a\0' }, 'the field "subscriberId"'],
  ])('answers 400 %s to %j', async (exception, change, words) => {
    const body = { ...callback(url, 'a'), ...change };
    expect(await refusal(body)).toEqual([400, exception, expect.stringContaining(words)]);
  });

  it('tells a type that is not enabled from one that there is not', async () => {
    const of = (type: string) => ({
      ...{ subscriberId: 'A', filter: 'a' },
      notificationDetails: { type, deviceId: 'x' },
    });
    expect((await refusal(of('ios'))).slice(0, 2)).toEqual([404, 'PushTypeNotEnabled']);
    expect((await refusal(of('GCM'))).slice(0, 2)).toEqual([404, 'PushTypeNotEnabled']);
    // Enabled, but orchestration has not registered it yet.
    expect(await refusal(of('orscb'))).toEqual([
      404,
      'PushTypeNotEnabled',
      expect.stringContaining('no module of this server serves it yet'),
    ]);
  });

  it('takes comet for the user of the header, and for nobody without one', async () => {
    const body = { subscriberId: 'A', filter: 'a', notificationDetails: { type: 'comet' } };
    expect(await refusal(body)).toEqual([
      400,
      'MissingParameter',
      'the gms_user header is mandatory',
    ]);
    const id = await subscribe(server, body, { gms_user: 'älice' });
    expect(await row(id)).toMatchObject({ type: 'comet', device_id: 'älice' });
  });

  it('takes JSON alone', async () => {
    const path = `${base}/subscription`;
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const answer = await server.request('POST', path, {
        body: JSON.stringify(callback(url, 'a')),
        headers: { 'Content-Type': type },
      });
      expect([type, answer.status, answer.json.exception]).toEqual([
        type,
        415,
        'UnsupportedMediaType',
      ]);
    }
    for (const body of ['{', '[]', '7', 'null', '"x"', '{"a":']) {
      const answer = await server.request('POST', path, {
        body,
        headers: { 'Content-Type': 'application/json' },
      });
      expect([body, answer.status, answer.json.exception]).toEqual([body, 400, 'InvalidBody']);
    }
  });

  it.each([
    ['http://10.0.0.1/', 'forbidden address'],
    ['http://10.0.0.1/', 'security.allowed_callback_networks'],
    ['http://2130706433:80/', undefined],
    ['http://0x7f.1/', undefined],
    ['http://192.168.1.1/', 'forbidden address'],
    ['http://3232235777/', 'forbidden address'],
    ['http://0xc0a80101/', 'forbidden address'],
    ['http://0300.0250.1.1/', 'forbidden address'],
    ['http://169.254.169.254/latest/meta-data', 'forbidden address'],
    ['http://[::ffff:192.168.1.1]/', 'forbidden address'],
    ['http://[::1]/', 'forbidden address'],
    ['http://[fe80::1]/', 'forbidden address'],
    ['http://[fd00::1]/', 'forbidden address'],
    ['http://[::c0a8:101]/', 'forbidden address'],
    ['http://[64:ff9b::c0a8:101]/', 'forbidden address'],
    ['http://[2002:c0a8:101::]/', 'forbidden address'],
    ['http://0.0.0.0/', 'forbidden address'],
    ['http://100.64.0.1/', 'forbidden address'],
    ['http://224.0.0.1/', 'forbidden address'],
    ['http://127.0.0.1:25/', 'forbidden port'],
    ['http://127.0.0.1:5432/', 'forbidden port'],
    ['http://me:pw@127.0.0.1/', 'user name'],
    ['ftp://127.0.0.1/', 'no http or https URL'],
    ['file:///etc/passwd', 'no http or https URL'],
    ['javascript:alert(1)', 'no http or https URL'],
    ['pushed', 'no http or https URL'],
    ['http://', 'no http or https URL'],
    [`http://127.0.0.1/${'x'.repeat(2100)}`, 'longer than'],
    [`http://127.0.0.1/${'x'.repeat(2048 - 'http://127.0.0.1/'.length)}`, undefined],
    [`http://127.0.0.1/${'x'.repeat(2049 - 'http://127.0.0.1/'.length)}`, 'longer than 2048'],
    [` http://127.0.0.1/${'x'.repeat(2048 - 'http://127.0.0.1/'.length)}`, 'longer than 2048'],
    [`http://${ideographs(1000)}.example/`, 'a host of more than 255 characters in ASCII form'],
    [`http://${'a.'.repeat(124)}example/`, undefined],
    [`http://${'a.'.repeat(125)}example/`, 'a host of more than 255 characters'],
  ])('judges the callback %s', async (deviceId, words) => {
    const answer = await trySubscribe(server, callback(deviceId, 'never'));
    if (words === undefined) expect(answer.status).toBe(200);
    else {
      expect([answer.status, answer.json]).toEqual([
        400,
        {
          exception: 'InvalidParameter',
          message: expect.stringMatching(new RegExp(`^notificationDetails.deviceId .*${words}`)),
        },
      ]);
    }
  });

  it('makes one of the same idempotency key, however often and at once it comes', async () => {
    const headers = { 'Idempotency-Key': 'subscribe once' };
    const ids = await Promise.all(
      Array.from({ length: 8 }, () => subscribe(server, callback(url, 'once'), headers)),
    );
    expect(new Set(ids).size).toBe(1);
    await server.request('DELETE', `${base}/subscription/${ids[0]}`);
    expect(await subscribe(server, callback(url, 'once'), headers)).toBe(ids[0]);
    expect((await server.request('GET', `${base}/subscription/${ids[0]}`)).status).toBe(404);
    const other = { 'Idempotency-Key': 'another' };
    expect(await subscribe(server, callback(url, 'once'), other)).not.toBe(ids[0]);
    const long = { 'Idempotency-Key': 'x'.repeat(256) };
    expect((await refusal(callback(url, 'a'), long)).slice(1)).toEqual([
      'InvalidParameter',
      'Idempotency-Key takes 1 to 255 visible ASCII characters',
    ]);
  });
});

describe('the end of subscriptions', () => {
  it('comes when they are deleted, once', async () => {
    const id = await subscribe(server, callback(url, 'ended'));
    const path = `${base}/subscription/${id}`;
    const deleted = await server.request('DELETE', path);
    expect([deleted.status, deleted.text]).toEqual([200, '']);
    const again = await server.request('DELETE', path);
    expect([again.status, again.json.exception]).toEqual([404, 'SubscriptionNotFound']);
    expect((await server.request('GET', path)).status).toBe(404);
  });

  it.each(['39a98e24-b03b-4191-b756-1efe8f3b16b8', 'x', 'a%20b', 'a%00b', '%C3%A9'])(
    'is 404 for the unknown id %s',
    async (id) => {
      const answer = await server.request('DELETE', `${base}/subscription/${id}`);
      expect([answer.status, answer.json.exception]).toEqual([404, 'SubscriptionNotFound']);
    },
  );

  it('comes to all of a subscriber, of whom there may be none', async () => {
    const subscriberId = 'ünique/one';
    const mine = await subscribe(server, callback(`${sink.url}/mine`, 'all.of', { subscriberId }));
    await subscribe(server, callback(`${sink.url}/mine`, 'all.*', { subscriberId }));
    await subscribe(server, callback(`${sink.url}/other`, 'all.of', { subscriberId: 'other' }));
    const path = `${base}/subscription/subscriber/${encodeURIComponent(subscriberId)}`;
    for (let time = 0; time < 2; time++) {
      const answer = await server.request('DELETE', path);
      expect([answer.status, answer.text]).toEqual([200, '']);
    }
    expect((await server.request('GET', `${base}/subscription/${mine}`)).status).toBe(404);
    expect((await publish(server, { tag: 'all.of', message: 'm' })).status).toBe(200);
    expect(sink.received.map(({ path: to }) => to)).toEqual(['/other']);
  });

  it('is kept for a day with its reason when it came before its time', async () => {
    const id = await subscribe(server, callback(`${sink.url}/gone`, 'gone', { expire: 1 }));
    sink.answer('/gone', 410);
    expect((await publish(server, { tag: 'gone' })).status).toBe(503);
    await delay(1200);
    const answer = await server.request('GET', `${base}/subscription/${id}`);
    expect(answer.json).toMatchObject({ state: 'ended', endCode: 'Status410' });
    await databaseRows(
      server,
      `UPDATE push_subscription SET ended_at = ended_at - interval '1 day' WHERE id = $1`,
      [id],
    );
    await eventually(async () => expect(await row(id)).toBeUndefined());
  });

  it('comes to nobody of a name that nobody has; a NUL is refused', async () => {
    const path = `${base}/subscription/subscriber`;
    const nobody = await server.request('DELETE', `${path}/${'x'.repeat(3000)}`);
    expect([nobody.status, nobody.text]).toEqual([200, '']);
    for (const name of ['%00', 'a%00b']) {
      const answer = await server.request('DELETE', `${path}/${name}`);
      expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidText']);
    }
  });

  it('comes when its time is over: nothing is delivered from then on', async () => {
    const id = await subscribe(server, callback(`${sink.url}/short`, 'short', { expire: 1 }));
    await eventually(async () => {
      expect((await server.request('GET', `${base}/subscription/${id}`)).status).toBe(404);
    });
    expect((await publish(server, { tag: 'short' })).status).toBe(200);
    expect(sink.received).toEqual([]);
    expect((await server.request('DELETE', `${base}/subscription/${id}`)).status).toBe(404);
    await eventually(async () => expect(await row(id)).toBeUndefined());
  });
});

describe('GET /notification/subscription', () => {
  it('shows what is subscribed, the newest first, of one subscriber when asked', async () => {
    const subscriberId = 'shown';
    const first = await subscribe(server, callback(url, 'a.*', { subscriberId }));
    const second = await subscribe(server, {
      ...{ subscriberId, filter: 'b', language: 'de', providerName: 'SalesApp' },
      notificationDetails: {
        type: 'customhttp',
        deviceId: 'a very secret device token',
        debug: true,
      },
      authorization: 'Bearer secret',
    });
    const answer = await server.request('GET', `${base}/subscription?subscriberId=shown`);
    expect(answer.json).toMatchObject([
      {
        ...{ id: second, subscriberId, filter: 'b', type: 'customhttp', debug: true },
        ...{ deviceId: 'a very secre…', providerName: 'SalesApp', language: 'de', state: 'active' },
        ...{ endCode: null, endReason: null, properties: {} },
      },
      { id: first, filter: 'a.*', type: 'httpcb', deviceId: url, providerName: null },
    ]);
    expect(answer.text).not.toContain('Bearer secret');
    const one = await server.request('GET', `${base}/subscription/${first}`);
    expect(one.json).toEqual(answer.json[1]);
    expect((await server.request('GET', `${base}/subscription?limit=1`)).json).toHaveLength(1);
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'subscriberId=a&subscriberId=b']) {
      const refused = await server.request('GET', `${base}/subscription?${query}`);
      expect([query, refused.status, refused.json.exception]).toEqual([
        query,
        400,
        'InvalidParameter',
      ]);
    }
  });
});
