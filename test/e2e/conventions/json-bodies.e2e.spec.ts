import { describe, expect, it } from '@jest/globals';
import { stored } from '../../support/database-rows.js';
import type { TestResponse } from '../../support/http-client.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Request bodies; Answers: application/json
const server = useTestServer({
  config: {
    'resources.any': { _allocation_strategy: 'RANDOM', numbers: ['33155559999'] },
    'service.interaction': {
      _type: 'builtin',
      _service: 'request-interaction',
      _resource_group: 'any',
    },
  },
});
const create = '/genesys/1/service/interaction';
const number = '"_phone_number":"6504669999"';

const send = (
  body: string | Buffer,
  contentType = 'application/json',
  path = create,
): Promise<TestResponse> =>
  server.request('POST', path, { body, headers: { 'Content-Type': contentType } });

async function serviceId(): Promise<string> {
  return (await send(`{${number}}`)).json._id as string;
}

async function dataOf(answer: TestResponse): Promise<object> {
  if (answer.status !== 200) return [answer.status, answer.json.exception];
  return (await server.request('GET', `/genesys/1/service/${answer.json._id}/storage`))
    .json as object;
}

describe('a JSON value becomes text', () => {
  it.each([
    ['"a":"b"', { a: 'b' }],
    ['"a":7', { a: '7' }],
    ['"a":-1.5', { a: '-1.5' }],
    ['"a":true,"b":false', { a: 'true', b: 'false' }],
    ['"a":null', {}],
    ['"a":{"b":null},"c":[null]', { a: '{b=null}', c: '[null]' }],
    ['"a":{"street":"mystreet","city":"mycity"}', { a: '{street=mystreet, city=mycity}' }],
    ['"a":["9002@SIP_Switch","5555666"]', { a: '[9002@SIP_Switch, 5555666]' }],
    ['"a":{},"b":[]', { a: '{}', b: '[]' }],
    ['"a":[[1,{"b":[2]}]]', { a: '[[1, {b=[2]}]]' }],
    ['"a":"1","a":"2"', { a: '2' }],
    ['"a[b]":"1","a.b":"2"', { 'a[b]': '1', 'a.b': '2' }],
    ['"a":"\\u00e9\\ud83d\\ude42"', { a: 'é🙂' }],
  ])('%s', async (members, data) => {
    expect(await dataOf(await send(`{${number},${members}}`))).toEqual(data);
  });

  it('names are plain, those of JavaScript as well', async () => {
    const odd = '"__proto__":{"polluted":"1"},"constructor":{"prototype":"2"},"toString":"3"';
    const answer = await send(`{${number},${odd}}`);
    // In services a key that begins with an underscore is never the user's.
    expect(await dataOf(answer)).toEqual({ constructor: '{prototype=2}', toString: '3' });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('a byte order mark and charsets are understood', async () => {
    const body = `{${number},"a":"é"}`;
    expect(await dataOf(await send(`\uFEFF${body}`))).toEqual({ a: 'é' });
    const latin = Buffer.from(body, 'latin1');
    expect(await dataOf(await send(latin, 'application/json; charset=iso-8859-1'))).toEqual({
      a: 'é',
    });
    const wide = Buffer.from(body, 'utf16le');
    expect(await dataOf(await send(wide, 'application/json;charset=UTF-16'))).toEqual({ a: 'é' });
    expect((await send(body, 'application/json; charset=nothing')).status).toBe(415);
  });
});

describe('malformed JSON', () => {
  const malformed = [
    '{',
    '{"a":}',
    '{"a":"b"',
    "{'a':'b'}",
    '{"a":"b"}{"a":"b"}',
    '{"a":"\0"}',
    '{"a":"\n"}',
    '{"a":01}',
    'undefined',
    '[',
    Buffer.from('{"a":"\xff"}', 'latin1'),
    Buffer.from('{"a":"\xed\xa0\x80"}', 'latin1'),
  ];

  it.each(malformed)('is a 500 on the Service API: %j', async (body) => {
    const storage = `/genesys/1/service/${await serviceId()}/storage`;
    for (const path of [create, storage]) {
      const before = await stored(server);
      const answer = await send(body, undefined, path);
      expect([answer.status, answer.json.exception]).toEqual([500, 'InvalidBody']);
      expect(answer.json.message).toMatch(/^Could not read JSON: /);
      expect(await stored(server)).toEqual(before);
    }
  });

  it.each(malformed)('is a 400 everywhere else: %j', async (body) => {
    const answer = await send(body, undefined, '/genesys/1/admin/keys');
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidBody']);
    expect(answer.json.message).toMatch(/^Could not read JSON: /);
  });
});

it.each(['[]', '[{"a":"b"}]', '"text"', '7', 'true', 'null', ' null '])(
  'JSON that is no object is a 400: %s',
  async (body) => {
    for (const path of [create, '/genesys/1/admin/keys']) {
      const answer = await send(body, undefined, path);
      expect([path, answer.status, answer.json.exception]).toEqual([path, 400, 'InvalidBody']);
    }
  },
);

describe('text that PostgreSQL cannot hold is a 400', () => {
  it.each([
    '"a":"\\u0000"',
    '"a\\u0000":"b"',
    '"a":{"b":"\\u0000"}',
    '"a":["\\u0000"]',
    '"a":{"b\\u0000":1}',
    '"a":"\\ud800"',
    '"a":"\\udc00\\ud800"',
    '"\\ud800":"b"',
    '"a":{"\\ud800":1}',
  ])('%s', async (members) => {
    const before = await stored(server);
    const answer = await send(`{${number},${members}}`);
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidText']);
    expect(await stored(server)).toEqual(before);
    const key = `{"name":"x","roles":["Integration"],${members}}`;
    const admin = await send(key, undefined, '/genesys/1/admin/keys');
    expect([admin.status, admin.json.exception]).toEqual([400, 'InvalidText']);
  });
});

it('deep nesting is refused, however deep, and the server lives', async () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
  expect(await dataOf(await send(`{${number},"a":${nested(50)}}`))).toEqual({ a: nested(50) });
  for (const depth of [65, 1000, 500_000]) {
    const answer = await send(`{${number},"a":${nested(depth)}}`);
    expect([depth, answer.status, answer.json.exception]).toEqual([depth, 400, 'InvalidBody']);
    const key = `{"name":"x","roles":["Integration"],"a":${nested(depth)}}`;
    const admin = await send(key, undefined, '/genesys/1/admin/keys');
    expect([depth, admin.status, admin.json.exception]).toEqual([depth, 400, 'InvalidBody']);
  }
});

describe('a form that is one JSON object as text', () => {
  const form = 'application/x-www-form-urlencoded';

  it.each([`{${number},"a":"b&c=d+%20"}`, ` \r\n {${number},"a":"b&c=d+%20"}\n`])(
    'is read as JSON in services: %j',
    async (body) => {
      expect(await dataOf(await send(body, form))).toEqual({ a: 'b&c=d+%20' });
      const id = await serviceId();
      const path = `/genesys/1/service/${id}/storage`;
      expect((await send('{"c":{"d":1}}', form, path)).status).toBe(200);
      expect((await server.request('GET', path)).json).toEqual({ c: '{d=1}' });
    },
  );

  it('and is a form where it only begins like JSON', async () => {
    const data = await dataOf(await send(`{x=1&_phone_number=6504669999&a={"b":1}`, form));
    expect(data).toEqual({ '{x': '1', a: '{"b":1}' });
  });

  it('and is a form in Storage', async () => {
    const made = await send('{"a":"b"}', form, '/genesys/1/storage/60');
    const keys = await server.request('GET', `/genesys/1/storage/${made.json.id}`);
    expect(keys.json).toEqual({ '{"a":"b"}': '' });
  });
});

describe('query parameters', () => {
  const query = '_phone_number=6504669999&a=query&b=%C3%A9+x';

  it('count as fields when a service is created, and a body field wins', async () => {
    const inBody = { a: 'body' };
    const path = `${create}?${query}`;
    const answers = [
      await server.request('POST', path, { form: inBody }),
      await server.request('POST', path, { json: inBody }),
      await server.request('POST', path, { multipart: [{ name: 'a', value: 'body' }] }),
    ];
    for (const answer of answers) expect(await dataOf(answer)).toEqual({ a: 'body', b: 'é x' });
    expect(await dataOf(await server.request('POST', path))).toEqual({ a: 'query', b: 'é x' });
    expect(await dataOf(await server.request('GET', path))).toEqual({ a: 'query', b: 'é x' });
  });

  it.each(['a=%00', '%00=a', 'a=%FF', 'a=%ED%A0%80'])('are text as well: %s', async (odd) => {
    const answer = await server.request('POST', `${create}?${query}&${odd}`);
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidText']);
  });

  it('are no fields in Storage', async () => {
    const made = await server.request('POST', '/genesys/1/storage/60?a=b', { form: { c: 'd' } });
    const keys = await server.request('GET', `/genesys/1/storage/${made.json.id}`);
    expect(keys.json).toEqual({ c: 'd' });
  });
});

describe('calls of our own name what they do not know', () => {
  it('in a body', async () => {
    const body = '{"name":"x","roles":["Integration"],"rols":[]}';
    const answer = await send(body, undefined, '/genesys/1/admin/keys');
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidParameter']);
    expect(answer.json.message).toContain('rols');
  });

  it.each([
    '/genesys/1/admin/keys',
    '/genesys/1/admin/audit',
    '/genesys/1/admin/node',
    '/genesys/1/admin/node/status',
    '/genesys/1/admin/nodes',
    '/genesys/1/admin/config/sections',
    '/genesys/1/admin/config/export',
    '/genesys/1/admin/config/audit',
    '/genesys/1/admin/push/explain',
    '/genesys/1/admin/push/localization',
    '/genesys/1/notification/subscription',
    '/genesys/1/notification/deliveries',
    '/genesys/1/cs/maintenance/audit',
    '/genesys/1/cs/maintenance/files',
  ])('in the query of %s', async (path) => {
    const answer = await server.request('GET', `${path}?limmit=7`);
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidParameter']);
    expect(answer.json.message).toContain('limmit');
  });

  it('while documented calls ignore it', async () => {
    const body = '{"contact_key":"ignored","unknown":1}';
    const started = await send(body, undefined, '/genesys/1/cs/services/start?unknown=1');
    expect(started.status).toBe(201);
  });
});

it('admin routes take JSON alone', async () => {
  for (const contentType of ['application/x-www-form-urlencoded', 'text/plain', '']) {
    const answer = await send('{"name":"x"}', contentType, '/genesys/1/admin/keys');
    expect([answer.status, answer.json.exception]).toEqual([415, 'UnsupportedMediaType']);
  }
});

it('services take nothing but forms and JSON', async () => {
  for (const contentType of ['text/plain', 'application/xml', 'text/json', '']) {
    const answer = await send(`{${number}}`, contentType);
    expect([answer.status, answer.json.exception]).toEqual([415, 'UnsupportedMediaType']);
  }
});
