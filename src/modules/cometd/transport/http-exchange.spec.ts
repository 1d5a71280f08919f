import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from '@jest/globals';
import type { ClientConnection } from '../session/client-connection.js';
import { HttpExchange } from './http-exchange.js';

const large = 'x'.repeat(32 * 1_048_576);

/** Answers a client that reads nothing until told so. @returns whether the answer counts as read */
async function isReached(
  end: (response: ServerResponse, read: () => void) => void,
): Promise<boolean> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined).pause();
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  const exchange = new HttpExchange(undefined, response, undefined, {} as ClientConnection);
  const reached = new Promise<boolean>((resolve) => exchange.answer(large, resolve));
  setImmediate(() => end(response, () => client.resume()));
  try {
    return await reached;
  } finally {
    client.destroy();
    server.close();
  }
}

it('an answer that is given up has not reached its client', async () => {
  expect(await isReached((response) => response.destroy())).toBe(false);
});

it('an answer that is read to its end has reached its client', async () => {
  expect(await isReached((_response, read) => read())).toBe(true);
});
