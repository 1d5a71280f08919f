import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BytesAnswer, StreamAnswer, streamAnswer, writeAnswer } from './answer.js';

const stallMs = 200;
const mebibyte = 1_048_576;
// More than the buffers of a connection take of which nobody reads.
const large = 32 * mebibyte;

let server: Server | undefined;
let client: Socket | undefined;
afterEach(() => {
  client?.destroy();
  server?.closeAllConnections();
  server?.close();
});

/** Asks once; nothing of the answer is read until the socket is resumed. */
async function ask(listener: RequestListener): Promise<Socket> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined).pause();
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  return client;
}

/** Asks, waits until the server has closed the connection. @returns how much there is to read */
async function readAfterClose(listener: RequestListener): Promise<number> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const asked = ask((request, response) => {
      response.on('close', () => resolve(asked));
      listener(request, response);
    });
    asked.catch(reject);
  });
  let bytes = 0;
  socket.on('data', (some: Buffer) => (bytes += some.length)).resume();
  await once(socket, 'close');
  return bytes;
}

/** Reads what comes until a text has come. */
async function readUntil(socket: Socket, text: string): Promise<number> {
  let bytes = 0;
  let end = '';
  return new Promise((resolve, reject) => {
    socket.on('close', () => reject(new Error('closed before it came')));
    socket.on('data', (some: Buffer) => {
      bytes += some.length;
      end = (end + some.toString('latin1')).slice(-100);
      if (end.includes(text)) resolve(bytes);
    });
    socket.resume();
  });
}

async function* pieces(count: number, beforeEachMs = 0) {
  for (let at = 0; at < count; at++) {
    if (beforeEachMs > 0) await delay(beforeEachMs);
    yield Buffer.alloc(mebibyte);
  }
}

const streamed = (chunks: AsyncGenerator<Buffer, void>) =>
  new StreamAnswer(() => ({ contentType: 'text/plain', chunks }));

describe('the connection of a client that reads nothing is closed', () => {
  it.each([
    ['bytes', new BytesAnswer(Buffer.alloc(large), 'image/png', 'f.png')],
    ['text', 'x'.repeat(large)],
    ['JSON', { x: 'x'.repeat(large) }],
  ])('when the answer is %s', async (_what, body) => {
    const read = await readAfterClose((_request, response) => {
      writeAnswer(response, 200, body, stallMs);
    });
    expect(read).toBeLessThan(large);
  });

  it('when the answer is a stream, whose making ends with it', async () => {
    const chunks = pieces(large / mebibyte);
    let writing: Promise<void> | undefined;
    const read = await readAfterClose((_request, response) => {
      writing = streamAnswer(response, 200, streamed(chunks), stallMs);
    });
    expect(read).toBeLessThan(large);
    await writing;
    expect(await chunks.next()).toEqual({ done: true, value: undefined });
  });
});

describe('a client that reads gets its answer whole', () => {
  it('when each piece of a stream takes longer to make than the client may stand still', async () => {
    const socket = await ask((_request, response) => {
      void streamAnswer(response, 200, streamed(pieces(3, stallMs * 1.5)), stallMs);
    });
    expect(await readUntil(socket, '\r\n0\r\n\r\n')).toBeGreaterThan(3 * mebibyte);
  });

  it('and its connection waits for the next answer as if the first had been small', async () => {
    let asked = 0;
    const socket = await ask((_request, response) => {
      if (asked++ === 0) writeAnswer(response, 200, 'x'.repeat(large), stallMs);
      else void delay(stallMs * 2).then(() => response.end('the second'));
    });
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await readUntil(socket, 'the second')).toBeGreaterThan(large);
  });
});
