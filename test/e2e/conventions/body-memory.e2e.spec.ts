import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { stored } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { useHttpSink } from '../../support/http-sink.js';
import { publish } from '../../support/notification.js';
import { useServers, useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Request bodies: all under way on one node are bounded together
const mebibyte = 1_048_576;
const server = useTestServer({
  config: {
    server: { max_body_size: 4 * mebibyte, max_body_memory: 4 * mebibyte },
    security: { allowed_callback_networks: ['127.0.0.1'] },
  },
});
const servers = useServers();
const sink = useHttpSink();
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
  length = 4_000_000,
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
    expect((await upload(50_000)).status).toBe(200);
    sockets.splice(0).forEach((socket) => socket.destroy());
    await eventually(async () => expect((await upload(3 * mebibyte)).status).toBe(200));
  });

  it('leave room for small bodies, however much they hold', async () => {
    for (let count = 0; count < 40; count++) await stalled(95_000);
    await eventually(async () => {
      expect((await upload(90_000)).status).toBe(503);
    });
    const small = await Promise.all(Array.from({ length: 5 }, () => upload(20_000)));
    expect(small.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('are 408 after 10 s without a byte, or with next to none of much, and hold nothing then', async () => {
    const trickling = await stalled(900_000);
    const trickle = setInterval(() => trickling.write('x'), 1000);
    const waiting = [
      trickling,
      ...(await Promise.all([
        stalled(900_000),
        stalled(1000, 'application/x-www-form-urlencoded', storage, 9000),
        stalled(1000, 'application/json', '/genesys/1/cs/services/start', 9000),
        stalled(1000, 'application/json', '/genesys/cometd', 9000),
      ])),
    ];
    const answers = await Promise.all(waiting.map(answerOn)).finally(() => clearInterval(trickle));
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"exception":"RequestTimeout"/);
      expect(answer).toMatch(/connection: close/i);
    }
    expect((await upload(3 * mebibyte)).status).toBe(200);
  });
});

it('calls that wait for somebody else do not keep large bodies of others from being worked on', async () => {
  // What the tests before have sent is forgotten.
  await eventually(async () => expect((await upload(3 * mebibyte)).status).toBe(200));
  const waiting: ServerResponse[] = [];
  for (let count = 0; count < 8; count++) {
    sink.answer(`/${String(count)}`, (response) => waiting.push(response));
  }
  const answered: string[] = [];
  const publishes = Array.from({ length: 8 }, (_, count) => {
    const deviceId = `${sink.url}/${String(count)}`;
    const event = { tag: 'a.b', message: 'm'.repeat(70_000) };
    return publish(server, { ...event, notificationDetails: { type: 'httpcb', deviceId } }).then(
      ({ text }) => answered.push(text),
    );
  });
  expect((await upload(200_000)).status).toBe(200);
  expect(answered).toEqual([]);
  await eventually(() => expect(waiting).toHaveLength(8));
  for (const response of waiting) response.writeHead(200).end();
  await Promise.all(publishes);
});

it('an upload that is refused hears so at once, also when it stalls', async () => {
  const uploads = await Promise.all(Array.from({ length: 5 }, () => stalled(900_000)));
  let answered = 0;
  for (const socket of uploads) socket.once('data', () => answered++);
  const answer = await Promise.race(uploads.map(answerOn));
  expect(answer).toMatch(/^HTTP\/1\.1 503 [^]*"exception":"TooManyBodies"/);
  expect(answer).toMatch(/connection: close/i);
  // The other four are waited for, for ten seconds.
  await delay(1000);
  expect(answered).toBe(1);
});

it('an upload that is refused before it has come can be sent to its end', async () => {
  const socket = await stalled(1000, 'application/octet-stream');
  expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 415 /);
  const ended = once(socket, 'end');
  for (let left = 4_000_000 - part.length - 1000; left > 0; left -= 100_000) {
    await new Promise<void>((resolve, reject) =>
      socket.write('x'.repeat(Math.min(left, 100_000)), (error) => {
        if (error) reject(error);
        else resolve();
      }),
    );
  }
  await ended;
});

it('files that gzip has made small are worked on a few at a time, in memory for a few', async () => {
  const own = await servers.spawn();
  const resident = async (): Promise<number> => {
    const { text } = await own.request('GET', '/metrics');
    return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
  };
  const body = gzipSync(`${part}${'x'.repeat(9.9 * mebibyte)}\r\n--XX--\r\n`);
  const headers = { 'Content-Type': multipart, 'Content-Encoding': 'gzip' };
  const missing = '/genesys/1/storage/00000000-0000-4000-8000-000000000000/60';
  const paths = [storage, ...Array<string>(14).fill(missing)];
  const before = await resident();
  let most = before;
  let isDone = false;
  const uploads = Promise.all(
    paths.map((path) => own.request('POST', path, { body, headers, timeout: 50_000 })),
  ).finally(() => (isDone = true));
  while (!isDone) {
    most = Math.max(most, await resident());
    await delay(50);
  }
  const statuses = (await uploads).map(({ status }) => status);
  expect(statuses).toEqual([200, ...Array<number>(14).fill(404)]);
  expect(before).toBeGreaterThan(0);
  expect(most - before).toBeLessThan(200 * mebibyte);
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
