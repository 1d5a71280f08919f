import { describe, expect, it } from '@jest/globals';
import { databaseRows } from '../../support/database-rows.js';
import type { TestResponse } from '../../support/http-client.js';
import { useHttpSink } from '../../support/http-sink.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Request bodies: digits and order are kept
const server = useTestServer({
  config: {
    'resources.any': { _allocation_strategy: 'RANDOM', numbers: ['33155559999'] },
    'service.interaction': {
      _type: 'builtin',
      _service: 'request-interaction',
      _resource_group: 'any',
    },
    push: { pushEnabled: 'httpcb' },
    security: { allowed_callback_networks: ['127.0.0.0/8'] },
  },
});
const json = { 'Content-Type': 'application/json' };
const cs = '/genesys/1/cs';

const send = (method: string, path: string, body: string): Promise<TestResponse> =>
  server.request(method, path, { body, headers: json });

const numbers = ['12345678901234567890', '1.10', '1E400', '-0', '1e2', '0.10E-5', '-1.0', '7'];

describe('services', () => {
  it.each(numbers)('keep the digits of %s', async (number) => {
    const body = `{"_phone_number":"6504669999","a":${number},"b":[${number}],"c":{"d":${number}}}`;
    const made = await send('POST', '/genesys/1/service/interaction', body);
    const data = await server.request('GET', `/genesys/1/service/${made.json._id}/storage`);
    expect(data.json).toEqual({ a: number, b: `[${number}]`, c: `{d=${number}}` });
  });

  it('keep the order of members, and the last of those repeated', async () => {
    const body = '{"_phone_number":"6504669999","a":{"b":0,"2":1,"1":2,"__proto__":3,"2":4}}';
    const made = await send('POST', '/genesys/1/service/interaction', body);
    const data = await server.request('GET', `/genesys/1/service/${made.json._id}/storage/a`);
    expect(data.json).toEqual({ a: '{b=0, 2=4, 1=2, __proto__=3}' });
  });
});

describe('Context Services', () => {
  const members =
    '"x":{"b":1.10,"2":[1E400,-0],"1":{"10":1,"9":12345678901234567890}},"2":1,"1":2,"__proto__":{"3":1,"2":-0}';
  let key = 0;
  const start = async (more: string): Promise<string> => {
    const body = `{"contact_key":"lossless-${++key}"${more}}`;
    return (await send('POST', `${cs}/services/start`, body)).json.service_id as string;
  };
  const shown = async (id: string, query = 'extensions=*'): Promise<string> =>
    (await server.request('GET', `${cs}/services/${id}?${query}`)).text;

  it('give extensions back as they were sent, whatever call sends and reads them', async () => {
    const id = await start(`,${members}`);
    expect(await shown(id)).toContain(`,${members}}`);
    expect(await shown(id, 'extensions=2,x,1')).toContain(
      '"x":{"b":1.10,"2":[1E400,-0],"1":{"10":1,"9":12345678901234567890}},"2":1,"1":2}',
    );
    await send('POST', `${cs}/services/${id}/states/start`, `{${members}}`);
    await send('POST', `${cs}/services/${id}/tasks/start`, `{${members}}`);
    const whole = await shown(id, 'extensions=*&active_states=true&active_tasks=true');
    expect(whole.split(members)).toHaveLength(4);
    const stream = await server.request(
      'GET',
      `${cs}/maintenance/services/stream?time_from=2020-01-01T00:00:00Z&export_content=true`,
    );
    expect(stream.text).toContain(`${members}}`);
  });

  it.each(['{"2":1,"toJSON":"x","1":2}', '{"toJSON":"x","2":1,"1":2}'])(
    'keep the order of %s',
    async (extension) => {
      expect(await shown(await start(`,"t":${extension}`))).toContain(`"t":${extension}`);
    },
  );

  it('replace and merge extensions without losing anything', async () => {
    const id = await start(',"x":{"2":1.0,"1":-0},"y":1.50');
    const path = `${cs}/services/${id}`;
    await send('PUT', `${path}/extensions/y`, '{"9":1E2,"8":0}');
    await send('PUT', `${path}/extensions/x/merge`, '{"0":2.50,"1":3e0}');
    expect(await shown(id)).toContain('"x":{"2":1.0,"1":3e0,"0":2.50},"y":{"9":1E2,"8":0}}');
    await send('POST', `${path}/end`, '{"y":{"2":"a","1":1E999},"z":-0}');
    expect(await shown(id)).toContain(
      '"x":{"2":1.0,"1":3e0,"0":2.50},"y":{"2":"a","1":1E999},"z":-0}',
    );
  });

  it.each(numbers)(
    'never make two customers of %s one, nor lose its form in a type',
    async (number) => {
      const body = `{"customer_id":${number},"service_type":${number},"media_type":${number}}`;
      const made = await send('POST', `${cs}/services/start`, body);
      expect(made.status).toBe(201);
      const path = `${cs}/customers/${number}/services?service_types=${encodeURIComponent(number)}`;
      const list = await server.request('GET', path);
      expect(list.text).toContain(`"service_type":${number},"customer_id":"${number}"`);
      expect(list.text).toContain(`"media_type":${number}`);
      const near = await server.request('GET', `${cs}/customers/12345678901234567000/services`);
      expect(near.json).toEqual([]);
    },
  );

  it('show and change what was stored before', async () => {
    const id = await start(',"a":1,"b":{"c":1}');
    await databaseRows(
      server,
      `UPDATE cs_service SET extensions_was = extensions::jsonb, extensions = NULL,
              type_was = '7', started_was = '{"session_id":"s"}', started = NULL
        WHERE extensions ->> 'a' = '1' RETURNING id`,
    );
    expect(JSON.parse(await shown(id))).toMatchObject({
      ...{ service_type: 7, started: { session_id: 's' }, a: 1, b: { c: 1 } },
    });
    await send('PUT', `${cs}/services/${id}/extensions/b/merge`, '{"d":1.0}');
    expect(await shown(id)).toContain('"a":1,"b":{"c":1,"d":1.0}');
  });
});

describe('Notification', () => {
  const sink = useHttpSink();

  it('delivers a message that is JSON with its digits and its order', async () => {
    const message = '{"b":1.10,"2":12345678901234567890,"1":{"9":-0,"8":1E400}}';
    const device = `{"type":"httpcb","deviceId":"${sink.url}/lossless"}`;
    const answer = await send(
      'POST',
      '/genesys/1/notification/publish',
      `{"tag":"lossless","message":${message},"notificationDetails":${device}}`,
    );
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(sink.at('/lossless').map(({ body }) => body)).toEqual([message]);
  });
});

describe('half of a surrogate pair is a 400 that names the field', () => {
  const half = '\\ud800';

  it.each<[method: string, path: string, body: string, field: string]>([
    ['POST', `${cs}/services/start`, `{"contact_key":"c","${half}":1}`, '\\\\ud800'],
    ['POST', `${cs}/services/start`, `{"contact_key":"c","a":{"b":["${half}"]}}`, 'a.b'],
    ['POST', `${cs}/services/start`, `{"contact_key":"${half}"}`, 'contact_key'],
    ['POST', `${cs}/services_composite/start`, `{"services":[{"task":{"${half}x":1}}]}`, 'task'],
    ['POST', `${cs}/maintenance/purge`, `{"limit":"${half}"}`, 'limit'],
    ['POST', '/genesys/1/notification/publish', `{"tag":"a","message":{"m":"${half}"}}`, 'm'],
    ['POST', '/genesys/1/notification/subscription', `{"filter":"${half}"}`, 'filter'],
    ['POST', '/genesys/1/admin/keys', `{"name":"${half}"}`, 'name'],
    ['PUT', '/genesys/1/admin/config/sections/storage', `{"${half}":1}`, 'ud800'],
    ['POST', '/genesys/1/service/interaction', `{"a":"${half}"}`, 'a'],
  ])('%s %s %s', async (method, path, body, field) => {
    const answer = await send(method, path, body);
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidText']);
    expect(answer.json.message).toContain(field.replace('\\\\', '\\'));
  });

  it.each([
    `${cs}/customers/c/services?service_types=%ED%A0%80`,
    '/genesys/1/notification/deliveries?tag=%ED%A0%80',
    '/genesys/1/admin/config/audit?section=%ED%A0%80',
  ])('in a query: %s', async (path) => {
    const answer = await server.request('GET', path);
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidText']);
  });
});
