import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { stored } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';

// conventions.md, "Bodies under way on one node are bounded together"
const mebibyte = 1_048_576;
const server = useTestServer({ config: { server: { max_body_memory: 4 * mebibyte } } });
const storage = '/genesys/1/storage/60';
const multipart = 'multipart/form-data; boundary=XX';
const part = '--XX\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n';

const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

/** Begins an upload and sends so many bytes of it, no more. */
async function stalled(
  bytes: number,
  type = multipart,
  path = storage,
  length = 9_000_000,
): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on('error', () => undefined);
  await new Promise((resolve) =>
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\ngms_user: stalled\r\n` +
        `Content-Type: ${type}\r\nContent-Length: ${String(length)}\r\n\r\n` +
        part +
        'x'.repeat(bytes),
      resolve,
    ),
  );
  return socket;
}

const answerOn = async (socket: Socket): Promise<string> =>
  String(((await once(socket, 'data')) as [Buffer])[0]);

const upload = (size: number) =>
  server.request('POST', storage, {
    multipart: [{ name: 'a', value: 'x'.repeat(size), fileName: 'f' }],
  });

describe('uploads that stall', () => {
  it('are 503 for whoever comes then, and no longer once their senders have gone', async () => {
    for (let count = 0; count < 4; count++) await stalled(900_000);
    const before = await stored(server);
    await eventually(async () => {
      const refused = await upload(mebibyte);
      expect([refused.status, refused.json.exception]).toEqual([503, 'TooManyBodies']);
      expect(refused.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    });
    expect(await stored(server)).toEqual(before);
    expect((await upload(100_000)).status).toBe(200);
    sockets.splice(0).forEach((socket) => socket.destroy());
    await eventually(async () => expect((await upload(3 * mebibyte)).status).toBe(200));
  });

  it('are 408 after 10 s without a byte, whatever they send, and hold nothing then', async () => {
    const waiting = await Promise.all([
      stalled(900_000),
      stalled(900_000),
      stalled(1000, 'application/x-www-form-urlencoded', storage, 9000),
      stalled(1000, 'application/json', '/genesys/1/cs/services/start', 9000),
      stalled(1000, 'application/json', '/genesys/cometd', 9000),
    ]);
    const answers = await Promise.all(waiting.map(answerOn));
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"exception":"RequestTimeout"/);
      expect(answer).toMatch(/connection: close/i);
    }
    expect((await upload(3 * mebibyte)).status).toBe(200);
  });
});

it('gives back what a body held, however its request ends', async () => {
  const cut = `${part}${'x'.repeat(900_000)}`;
  for (let round = 0; round < 6; round++) {
    const refused = await server.request('POST', storage, {
      body: cut,
      headers: { 'Content-Type': multipart },
    });
    expect(refused.status).toBe(400);
    expect((await upload(900_000)).status).toBe(200);
    const missing = '/genesys/1/storage/00000000-0000-4000-8000-000000000000/60';
    const unknown = await server.request('POST', missing, { form: { a: 'x'.repeat(900_000) } });
    expect(unknown.status).toBe(404);
    (await stalled(900_000)).resetAndDestroy();
  }
  await eventually(async () => expect((await upload(3 * mebibyte)).status).toBe(200));
});
