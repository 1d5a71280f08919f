import { describe, expect, it } from '@jest/globals';
import { adminKey, putSection } from '../../support/access-keys.js';
import { stored } from '../../support/database-rows.js';
import type { TestResponse } from '../../support/http-client.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Request bodies: text is smaller than files
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
const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data; boundary=XX';
const storage = '/genesys/1/storage/60';
const create = '/genesys/1/service/interaction';
const megabyte = 1_048_576;

const post = (path: string, type: string, body: string | Buffer): Promise<TestResponse> =>
  server.request('POST', path, { body, headers: { 'Content-Type': type } });

/** Status and exception, and that nothing was stored. */
async function refusal(path: string, type: string, body: string | Buffer): Promise<unknown[]> {
  const before = await stored(server);
  const answer = await post(path, type, body);
  expect(await stored(server)).toEqual(before);
  return [answer.status, answer.json.exception];
}

const jsonRoutes = [
  create,
  '/genesys/1/admin/keys',
  '/genesys/1/notification/publish',
  '/genesys/1/cs/services/start',
];

describe.each(jsonRoutes)('JSON to %s', (path) => {
  it('over server.max_text_size is a 413', async () => {
    const body = `{"a":"${'x'.repeat(megabyte)}"}`;
    expect(await refusal(path, json, body)).toEqual([413, 'PayloadTooLarge']);
  });

  it.each([
    ['deeper than 64 levels', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`],
    ['of nothing but brackets', '['.repeat(1_000_000)],
    ['of more than 20,000 members', `{${'"a":1,'.repeat(20_000)}"b":1}`],
    ['of more than 20,000 elements', `{"a":[${'1,'.repeat(20_000)}1]}`],
  ])('%s is a 400', async (_, body) => {
    expect(await refusal(path, json, body)).toEqual([400, 'InvalidBody']);
  });
});

it.each([
  ['form', `${form};${' '.repeat(14_000)}x`],
  ['JSON', `${json}; charset=${' '.repeat(14_000)}x`],
])('a content type of %s and thousands of blanks is a 415', async (_, type) => {
  expect(await refusal(create, type, 'a=1')).toEqual([415, 'UnsupportedMediaType']);
});

it('JSON of 64 levels, and of 20,000 members, is taken', async () => {
  const deep = `{"_phone_number":"6504669999","a":${'['.repeat(63)}${']'.repeat(63)}}`;
  expect((await post(create, json, deep)).status).toBe(200);
  const wide = `{"_phone_number":"6504669999",${'"a":1,'.repeat(19_998)}"b":1}`;
  expect((await post(create, json, wide)).status).toBe(200);
});

describe('a form', () => {
  const part = (name: string, value: string): string =>
    `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

  it('over server.max_text_size is a 413', async () => {
    const body = `a=${'x'.repeat(megabyte)}`;
    expect(await refusal(storage, form, body)).toEqual([413, 'PayloadTooLarge']);
    expect(await refusal(create, form, body)).toEqual([413, 'PayloadTooLarge']);
  });

  it('of parts whose text is larger in the sum is a 413, a file of that size is taken', async () => {
    const half = 'x'.repeat(megabyte / 2);
    const body = `${part('a', half)}${part('b', half)}--XX--\r\n`;
    expect(await refusal(storage, multipart, body)).toEqual([413, 'PayloadTooLarge']);
    const file = body.replaceAll('"\r\n\r\n', '"; filename="f"\r\n\r\n');
    expect((await post(storage, multipart, file)).status).toBe(200);
  });

  it.each([
    ['urlencoded', form, 'a=1&'.repeat(1000), 'a=1&'.repeat(1001)],
    [
      'multipart',
      multipart,
      `${part('a', '1').repeat(1000)}--XX--`,
      `${part('a', '1').repeat(1001)}--XX--`,
    ],
  ])('%s takes 1,000 fields and no more, and says so', async (_, type, most, tooMany) => {
    expect((await post(storage, type, most)).status).toBe(200);
    const answer = await post(storage, type, tooMany);
    expect([answer.status, answer.json.exception]).toEqual([400, 'TooManyKeys']);
    expect(answer.json.message).toContain('1000');
  });

  it('in the query is bounded as well, wherever the query goes', async () => {
    const query = 'a&'.repeat(1001);
    for (const path of [create, '/genesys/1/notification/deliveries', '/genesys/cometd']) {
      const answer = await server.request('GET', `${path}?${query}`);
      expect([path, answer.status, answer.json.exception]).toEqual([path, 400, 'TooManyKeys']);
    }
  });
});

it('the limit can be changed while the server runs', async () => {
  const body = `{"_phone_number":"6504669999","a":"${'x'.repeat(2000)}"}`;
  await putSection(server, 'server', { max_text_size: 2000 });
  expect((await post(create, json, body)).status).toBe(413);
  await putSection(server, 'server', {});
  expect((await post(create, json, body)).status).toBe(200);
});

it('a form of escapes alone is read like any other', async () => {
  const made = await post(storage, form, `a=${'%41'.repeat(340_000)}`);
  const key = await server.request('GET', `/genesys/1/storage/${made.json.id}/a`);
  expect(key.text).toBe('A'.repeat(340_000));
});
