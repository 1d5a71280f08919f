import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { adminKey, putSection } from '../../support/access-keys.js';
import { stored } from '../../support/database-rows.js';
import { useServers, useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Request bodies: a body over server.max_body_size is 413, nothing is stored
const limit = 100_000;
const server = useTestServer({
  config: {
    server: { max_body_size: limit },
    'resources.any': { _allocation_strategy: 'RANDOM', numbers: ['33155559999'] },
    'service.interaction': {
      _type: 'builtin',
      _service: 'request-interaction',
      _resource_group: 'any',
    },
  },
  env: { GMS_ADMIN_KEY: adminKey },
});
const storage = '/genesys/1/storage/60';
const form = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data; boundary=XX';

/** A body of exactly so many bytes. */
function bodyOf(contentType: string, length: number): Buffer {
  const [head, tail] =
    contentType === form
      ? ['a=', '']
      : contentType === multipart
        ? ['--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n', '\r\n--XX--\r\n']
        : ['{"_phone_number":"6504669999","a":"', '"}'];
  return Buffer.from(head + 'x'.repeat(length - head.length - tail.length) + tail);
}

const paths: readonly [contentType: string, path: string][] = [
  [form, storage],
  [multipart, storage],
  [form, '/genesys/1/service/interaction?_phone_number=6504669999'],
  [multipart, '/genesys/1/service/interaction?_phone_number=6504669999'],
  ['application/json', '/genesys/1/service/interaction'],
  ['application/json', '/genesys/1/admin/keys'],
];

/** Sends a body as a client does that looks at the answer only when it has sent all of it. */
async function upload(
  path: string,
  headers: Record<string, string>,
  body: Buffer,
): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  // Whatever the connection says before everything is sent, the client does not hear.
  const failed = new Promise<never>((_, reject) => socket.on('error', reject));
  failed.catch(() => undefined);
  const send = (bytes: string | Buffer): Promise<void> =>
    Promise.race([failed, new Promise<void>((resolve) => socket.write(bytes, () => resolve()))]);
  try {
    const lines = Object.entries({ Host: 'localhost', ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    await send(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    const chunked = 'Transfer-Encoding' in headers;
    for (const part of [body.subarray(0, 1000), body.subarray(1000, -1000), body.subarray(-1000)]) {
      await send(chunked ? Buffer.concat([sizeOf(part), part, Buffer.from('\r\n')]) : part);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if (chunked) await send('0\r\n\r\n');
    const [answer] = await Promise.race([failed, once(socket, 'data')]);
    return String(answer);
  } finally {
    socket.destroy();
  }
}

const sizeOf = (chunk: Buffer): Buffer => Buffer.from(`${chunk.length.toString(16)}\r\n`);

describe.each(paths)('%s to %s', (contentType, path) => {
  it('of exactly the limit is taken', async () => {
    const answer = await server.request('POST', path, {
      body: bodyOf(contentType, limit),
      headers: { 'Content-Type': contentType },
    });
    expect(answer.status).not.toBe(413);
    if (!path.includes('admin')) expect(answer.status).toBe(200);
  });

  it.each([limit + 1, limit * 3, 5_000_000])(
    'of %d bytes gets its 413, which the client sees, however it sends',
    async (length) => {
      const before = await stored(server);
      const body = bodyOf(contentType, length);
      const type = { 'Content-Type': contentType };
      for (const headers of [
        { ...type, 'Content-Length': String(length) },
        { ...type, 'Content-Length': String(length), Connection: 'close' },
        { ...type, 'Transfer-Encoding': 'chunked' },
        { ...type, 'Transfer-Encoding': 'chunked', Connection: 'close' },
      ]) {
        expect(await upload(path, headers, body)).toMatch(/^HTTP\/1\.1 413 [^]*PayloadTooLarge/);
      }
      expect(await stored(server)).toEqual(before);
    },
  );
});

it('the connection is good for the next request', async () => {
  for (let round = 0; round < 3; round++) {
    const body = bodyOf(form, limit * 2);
    const refused = await server.request('POST', storage, {
      body,
      headers: { 'Content-Type': form },
    });
    expect([refused.status, refused.json]).toEqual([
      413,
      { message: `the body is larger than ${limit} bytes`, exception: 'PayloadTooLarge' },
    ]);
    const taken = await server.request('POST', storage, { form: { a: 'b' } });
    expect(taken.status).toBe(200);
  }
});

it.each<[status: string, path: string, more: Record<string, string>]>([
  [' 415 ', storage, {}],
  [' 401 ', '/genesys/1/admin/keys', { 'X-Forwarded-For': '203.0.113.9' }],
  [' 404 ', '/genesys/1/nothing', {}],
])(
  'any other refusal is seen as well, however large the body: %s%s',
  async (status, path, more) => {
    const body = Buffer.alloc(5_000_000, 'x');
    const lengths: Record<string, string>[] = [
      { 'Content-Length': String(body.length) },
      { 'Transfer-Encoding': 'chunked' },
    ];
    for (const length of lengths) {
      const headers = { 'Content-Type': 'text/plain', Connection: 'close', ...length, ...more };
      expect(await upload(path, headers, body)).toContain(status);
    }
  },
);

it('a body that nobody could drain is answered at once', async () => {
  const answer = await server.rawRequest(
    `POST ${storage} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
      `Content-Type: ${form}\r\nContent-Length: 1000000000000\r\n\r\na=b`,
    { timeout: 3000 },
  );
  expect(answer.status).toBe(413);
});

it('a body that never ends is answered in the end', async () => {
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
  const answers = await Promise.all(
    [form, multipart].map((contentType) =>
      server.rawRequest(
        `POST ${storage} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
          `Content-Type: ${contentType}\r\nTransfer-Encoding: chunked\r\n\r\n` +
          chunk(
            bodyOf(contentType, limit * 2)
              .toString()
              .slice(0, limit + 1),
          ),
        { timeout: 15_000 },
      ),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([413, 413]);
});

it('nothing is lost of what was sent before', async () => {
  const id = (await server.request('POST', storage, { form: { a: 'b' } })).json.id as string;
  const path = `/genesys/1/storage/${id}/60`;
  for (const contentType of [form, multipart]) {
    const body = bodyOf(contentType, limit + 1);
    const answer = await server.request('POST', path, {
      body,
      headers: { 'Content-Type': contentType },
    });
    expect(answer.status).toBe(413);
  }
  expect((await server.request('GET', `/genesys/1/storage/${id}`)).json).toEqual({ a: 'b' });
});

it('the limit can be changed while the server runs', async () => {
  const body = bodyOf(form, limit + 1);
  const statusOf = async (): Promise<number> =>
    (await server.request('POST', storage, { body, headers: { 'Content-Type': form } })).status;
  await putSection(server, 'server', { max_body_size: limit + 1 });
  expect(await statusOf()).toBe(200);
  await putSection(server, 'server', { max_body_size: limit });
  expect(await statusOf()).toBe(413);
});

describe('by default', () => {
  const servers = useServers();

  it('a body may hold 10 MiB', async () => {
    const own = await servers.start({ config: {} });
    const headers = { 'Content-Type': multipart };
    const most = 10 * 1024 * 1024;
    const fileOf = (length: number): Buffer =>
      Buffer.from(String(bodyOf(multipart, length - 12)).replace('"a"', '"a"; filename=f'));
    const send = async (length: number): Promise<number> =>
      (await own.request('POST', storage, { body: fileOf(length), headers })).status;
    expect(await send(most)).toBe(200);
    expect(await send(most + 1)).toBe(413);
  });
});
