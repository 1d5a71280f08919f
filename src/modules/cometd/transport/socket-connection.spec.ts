import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { ClientConnection } from '../session/client-connection.js';
import { Session } from '../session/session.js';
import { SessionRegistry } from '../session/session-registry.js';
import { SocketConnection } from './socket-connection.js';

let sockets: WebSocketServer;
let client: WebSocket;
let connection: SocketConnection;

beforeEach(async () => {
  sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(sockets, 'listening');
  const opened = once(sockets, 'connection') as Promise<[WebSocket]>;
  client = new WebSocket(`ws://127.0.0.1:${String((sockets.address() as AddressInfo).port)}`);
  const [[socket]] = await Promise.all([opened, once(client, 'open')]);
  connection = new SocketConnection(socket, 'somebody', new ClientConnection('a', false), 0);
});

afterEach(async () => {
  client.terminate();
  const closed = once(sockets, 'close');
  sockets.close();
  await closed;
});

const sessionOf = (clientId: string): Session =>
  new Session(
    clientId,
    {
      ...{ user: 'somebody', acknowledges: false, subscriptions: [] },
      ...{ connected: true, sent: 0, cursor: 0, epoch: 1, owner: null },
    },
    0,
  );

/** Closes the websocket, and says whose end was told. */
async function toldAtItsEnd(told: readonly string[]): Promise<readonly string[]> {
  const [socket] = [...sockets.clients];
  const closed = once(socket!, 'close');
  client.close();
  await closed;
  return told;
}

describe('a websocket', () => {
  it('keeps nothing of sessions that have ended, or speak through another one', async () => {
    const registry = new SessionRegistry();
    const told: string[] = [];
    for (const clientId of ['ended', 'moved', 'lives']) {
      const session = sessionOf(clientId);
      registry.add(session);
      session.switchSocket(connection);
      connection.createExchange().onGone(clientId, () => told.push(clientId));
    }
    registry.remove('ended');
    registry.find('moved')?.switchSocket(undefined);
    expect(await toldAtItsEnd(told)).toEqual(['lives']);
  });
});
