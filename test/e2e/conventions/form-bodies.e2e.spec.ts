import { describe, expect, it } from '@jest/globals';
import { stored } from '../../support/database-rows.js';
import type { TestResponse } from '../../support/http-client.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Request bodies: application/x-www-form-urlencoded
const server = useTestServer({ config: {} });
const storage = '/genesys/1/storage';
const form = 'application/x-www-form-urlencoded';

const send = (body: string | Buffer, contentType = form): Promise<TestResponse> =>
  server.request('POST', `${storage}/60`, { body, headers: { 'Content-Type': contentType } });

/** What is stored of a body. */
async function keysOf(body: string | Buffer, contentType?: string): Promise<object> {
  const answer = await send(body, contentType);
  if (answer.status !== 200) return [answer.status, answer.json.exception];
  return (await server.request('GET', `${storage}/${answer.json.id}`)).json as object;
}

describe('a form value is a string', () => {
  it.each([
    ['a=1', { a: '1' }],
    ['a=1&b=2', { a: '1', b: '2' }],
    ['a=b+c%20d', { a: 'b c d' }],
    ['a%20b+c=1', { 'a b c': '1' }],
    ['a=%2B1&b=%26%3D', { a: '+1', b: '&=' }],
    ['a=b=c', { a: 'b=c' }],
    ['a', { a: '' }],
    ['a=', { a: '' }],
    ['&&a=1&&', { a: '1' }],
    ['a=1&a=2', { a: '2' }],
    ['a=%C3%A9%E5%B1%B1%F0%9F%99%82', { a: 'é山🙂' }],
    ['a=%c3%a9', { a: 'é' }],
    ['a=50%&b=%zz&c=%4', { a: '50%', b: '%zz', c: '%4' }],
    ['a=true&b=null&c=7', { a: 'true', b: 'null', c: '7' }],
    ['a=%0D%0A%09', { a: '\r\n\t' }],
    ['a=%EF%BB%BFb', { a: '\uFEFFb' }],
    ['a;b=1;2', { 'a;b': '1;2' }],
    ['a={"b":1}', { a: '{"b":1}' }],
  ])('%s', async (body, keys) => {
    expect(await keysOf(body)).toEqual(keys);
  });

  it('names are plain, brackets and the words of JavaScript as well', async () => {
    const keys = {
      'a[b]': '1',
      'a[b][c]': '2',
      'a[]': '3',
      'a[99999999]': '4',
      'a.b': '5',
      constructor: '6',
      toString: '8',
    };
    const body = Object.entries(keys).map(([name, value]) => `${name}=${value}`);
    expect(await keysOf(body.join('&'))).toEqual(keys);
    expect(await keysOf('__proto__=1')).toEqual([400, 'InvalidKey']);
    expect(await keysOf('__proto__[x]=1&constructor[prototype][x]=2')).toEqual([400, 'InvalidKey']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('raw UTF-8 that nobody encoded is read as such', async () => {
    expect(await keysOf(Buffer.from('a=é山🙂', 'utf8'))).toEqual({ a: 'é山🙂' });
  });

  it('no body, and an empty one, are a form without fields', async () => {
    expect(await keysOf('')).toEqual({});
    const none = await server.rawRequest(
      `POST ${storage}/60 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(none.status).toBe(200);
  });
});

describe('a charset parameter', () => {
  it.each([
    [`${form};charset=UTF-8`, 'a=%C3%A9', 'é'],
    [`${form}; charset="utf-8"`, 'a=%C3%A9', 'é'],
    [`${form}; Charset=utf8`, 'a=%C3%A9', 'é'],
    [`${form}; charset=ISO-8859-1`, 'a=%E9', 'é'],
    [`${form}; charset=ISO-8859-15`, 'a=%A4', '€'],
    [`${form}; charset=Shift_JIS`, 'a=%8E%52', '山'],
    ['Application/X-WWW-Form-URLencoded', 'a=%C3%A9', 'é'],
    [`${form}; x=y`, 'a=%C3%A9', 'é'],
  ])('%s is understood', async (contentType, body, a) => {
    expect(await keysOf(body, contentType)).toEqual({ a });
  });

  it('raw bytes are in it too', async () => {
    const body = Buffer.from('a=é', 'latin1');
    expect(await keysOf(body, `${form}; charset=iso-8859-1`)).toEqual({ a: 'é' });
  });

  it.each(['nothing', 'x'.repeat(100), 'utf-8 utf-8'])('%s is not taken', async (charset) => {
    const answer = await send('a=b', `${form}; charset="${charset}"`);
    expect([answer.status, answer.json.exception]).toEqual([415, 'UnsupportedMediaType']);
  });
});

describe('text that PostgreSQL cannot hold is a 400, and nothing of the body is stored', () => {
  it.each(['a=b%00c', 'a%00b=c', 'ok=1&a=%00', 'a=b\0c', 'a=%ED%A0%80', 'a=%FF', 'a=%C3', '%FF=a'])(
    '%j',
    async (body) => {
      const before = await stored(server);
      const answer = await send(body);
      expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidText']);
      expect(answer.json.message).not.toMatch(/PostgreSQL|encoding "UTF8"|SQL/i);
      expect(await stored(server)).toEqual(before);
    },
  );
});

it('a value that is no text is named by its field and its place, and not repeated', async () => {
  const answer = await send('ok=1&password=hunter2%FF&a=b');
  expect(answer.json.message).toBe(
    'the field "password", field 2 of the body, has bytes not in UTF-8',
  );
  const name = await send('ok=1&hunter2%FF=b');
  expect(name.json.message).toBe('the name of field 2 of the body has bytes not in UTF-8');
  const query = await server.request('GET', '/genesys/1/node?a=1&b=hunter2%FF');
  expect([query.status, query.json.message]).toEqual([
    400,
    'parameter 2 of the query has bytes not in UTF-8',
  ]);
  const latin = await server.request('POST', `${storage}/60`, {
    body: 'password=hunter2%FF',
    headers: { 'Content-Type': `${form}; charset=euc-kr` },
  });
  expect([latin.status, latin.json.message]).toEqual([
    400,
    'the field "password", field 1 of the body, has bytes not in euc-kr',
  ]);
});

describe('a missing or unsupported content type on a request with a body is a 415', () => {
  it.each([
    undefined,
    '',
    'form',
    '/',
    'text/plain',
    'application/json',
    'application/xml',
    'application/x-www-form-urlencoded2',
    'multipart/mixed; boundary=x',
    'application/octet-stream',
    ', application/x-www-form-urlencoded',
  ])('%s', async (contentType) => {
    const before = await stored(server);
    const headers: Record<string, string> =
      contentType === undefined ? {} : { 'Content-Type': contentType };
    const answer = await server.request('POST', `${storage}/60`, { body: 'a=b', headers });
    expect([answer.status, answer.json.exception]).toEqual([415, 'UnsupportedMediaType']);
    expect(answer.json.message).toContain('application/x-www-form-urlencoded');
    expect(await stored(server)).toEqual(before);
  });

  it('in chunks as well', async () => {
    const answer = await server.rawRequest(
      `POST ${storage}/60 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
        'Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n',
    );
    expect(answer.status).toBe(415);
  });
});

it('a form cut short stores nothing', async () => {
  const before = await stored(server);
  const head =
    `POST ${storage}/60 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
    `Content-Type: ${form}\r\n`;
  await server.rawRequest(`${head}Content-Length: 100\r\n\r\na=b`, { then: 'cut' });
  await server.rawRequest(`${head}Content-Length: 100\r\n\r\na=b`, { then: 'reset' });
  await server.rawRequest(`${head}Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n`, { then: 'cut' });
  await server.rawRequest(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\na=b\r\n`);
  expect(await stored(server)).toEqual(before);
});
