import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { stored } from '../../support/database-rows.js';
import type { TestResponse } from '../../support/http-client.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Request bodies: gzip, deflate and br are undone within the same limits
const server = useTestServer({ config: {} });
const storage = '/genesys/1/storage/60';
const form = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data; boundary=XX';
const file =
  '--XX\r\nContent-Disposition: form-data; name="a"; filename="f.txt"\r\n\r\nbytes\r\n--XX--\r\n';
const started = '{"contact_key":"packed"}';

const send = (path: string, type: string, encoding: string, body: Buffer): Promise<TestResponse> =>
  server.request('POST', path, {
    body,
    headers: { 'Content-Type': type, 'Content-Encoding': encoding, gms_user: 'packed' },
  });

describe.each<[encoding: string, pack: (bytes: Buffer) => Buffer]>([
  ['gzip', gzipSync],
  ['GZIP', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['identity', (bytes) => bytes],
])('%s', (encoding, pack) => {
  it('is undone for forms, files and JSON', async () => {
    const made = await send(storage, form, encoding, pack(Buffer.from('a=packed')));
    const area = await server.request('GET', `/genesys/1/storage/${made.json.id}`);
    expect(area.json).toEqual({ a: 'packed' });
    const filed = await send(storage, multipart, encoding, pack(Buffer.from(file)));
    const read = await server.request('GET', `/genesys/1/storage/binary/${filed.json.id}/a`);
    expect(read.text).toBe('bytes');
    const service = await send(
      '/genesys/1/cs/services/start',
      'application/json',
      encoding,
      pack(Buffer.from(started)),
    );
    expect(service.status).toBe(201);
    const handshake = Buffer.from('{"channel":"/meta/handshake","version":"1.0"}');
    const comet = await send('/genesys/cometd', 'application/json', encoding, pack(handshake));
    expect(comet.json[0].successful).toBe(true);
  });
});

it('a small body that unpacks to a large one is a 413, and nothing is stored', async () => {
  const before = await stored(server);
  for (const [type, size] of [
    [form, 2_000_000],
    [multipart, 50_000_000],
  ] as const) {
    const answer = await send(storage, type, 'gzip', gzipSync(Buffer.alloc(size, 'a')));
    expect([answer.status, answer.json.exception]).toEqual([413, 'PayloadTooLarge']);
  }
  expect(await stored(server)).toEqual(before);
});

it('what is cut short, or in another encoding, is a 400', async () => {
  const packed = gzipSync(Buffer.from(`a=${'x'.repeat(1000)}`));
  for (const body of [packed.subarray(0, -9), packed.subarray(0, 5), Buffer.from('a=b')]) {
    const answer = await send(storage, form, 'gzip', body);
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidBody']);
  }
});

it.each(['zstd', 'compress', 'gzip, gzip', 'x'])('%s is a 415', async (encoding) => {
  for (const [path, type] of [
    [storage, form],
    [storage, multipart],
    ['/genesys/1/cs/services/start', 'application/json'],
    ['/genesys/1/admin/keys', 'application/json'],
    ['/genesys/1/notification/publish', 'application/json'],
  ] as const) {
    const answer = await send(path, type, encoding, Buffer.from('a=b'));
    expect([answer.status, answer.json.exception]).toEqual([415, 'UnsupportedMediaType']);
    expect(answer.json.message).toContain('gzip, deflate, br');
  }
});
