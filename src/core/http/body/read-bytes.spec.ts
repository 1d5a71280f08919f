import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BodyMemory } from './body-memory.js';
import { discardBody, hasUnreadBody, readBytes } from './read-bytes.js';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const memory = new BodyMemory(() => 100);
const bounds = (maxBytes: number) => ({
  maxBytes,
  maxTextBytes: maxBytes,
  costPerByte: 1,
  memory,
});

type Handle<Value> = (request: IncomingMessage, response: ServerResponse) => Promise<Value>;

/** What `handle` makes of a request whose bytes are these, sent by a client that then leaves. */
async function handled<Value>(bytes: string, handle: Handle<Value>): Promise<Value> {
  const own = (server = createServer());
  own.listen(0, '127.0.0.1');
  await once(own, 'listening');
  const socket = connect((own.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  const answer = new Promise<Value>((resolve, reject) => {
    own.on('request', (request: IncomingMessage, response: ServerResponse) => {
      handle(request, response).then(resolve, reject);
    });
  });
  // Whoever waits for it below hears of a refusal; here it must not count as unheard.
  answer.catch(() => undefined);
  socket.write(bytes, () => setTimeout(() => socket.destroy(), 50));
  return answer;
}

const head = 'POST / HTTP/1.1\r\nHost: x\r\n';

describe('readBytes', () => {
  it('reads a body to its end', async () => {
    const body = await handled(`${head}Content-Length: 3\r\n\r\nabc`, (request) =>
      readBytes(request, bounds(3)),
    );
    expect(body.toString()).toBe('abc');
  });

  it('refuses a sender that leaves in the middle', async () => {
    const reading = handled(`${head}Content-Length: 30\r\n\r\nabc`, (request) =>
      readBytes(request, bounds(30)),
    );
    await expect(reading).rejects.toMatchObject({ code: 'InvalidBody' });
  });

  it('refuses a sender that left before anybody read', async () => {
    const reading = handled(`${head}Content-Length: 30\r\n\r\nabc`, async (request) => {
      request.on('error', () => undefined);
      await new Promise((resolve) => request.on('close', resolve));
      return readBytes(request, bounds(30));
    });
    await expect(reading).rejects.toMatchObject({ code: 'InvalidBody' });
  });
});

describe('drain', () => {
  it('ends when the body does, and there is nothing left', async () => {
    const left = await handled(`${head}Content-Length: 3\r\n\r\nabc`, async (request) => {
      const before = hasUnreadBody(request);
      await discardBody(request);
      return [before, hasUnreadBody(request)];
    });
    expect(left).toEqual([true, false]);
  });

  it('ends when the sender leaves', async () => {
    await handled(`${head}Content-Length: 30\r\n\r\nabc`, (request) => discardBody(request));
  });

  it.each(['', 'Content-Length: 1000000000000\r\n'])(
    'does not wait for a body that is none, or more than anybody sends: %s',
    async (length) => {
      await handled(`${head}${length}\r\nabc`, (request) => discardBody(request));
    },
  );
});
