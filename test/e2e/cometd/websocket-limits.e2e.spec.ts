import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClientOptions, WebSocket } from 'ws';
import { connect, exchange, mailIn, type Message, send, session } from '../../support/bayeux.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';

const server = useTestServer({
  config: { cometd: { timeout: 60_000, max_interval: 3, max_sessions_per_node: 4 } },
});

const sockets: WebSocket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) {
    socket.terminate();
    if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
  }
});

function dial(user: string, options: ClientOptions = {}): WebSocket {
  const url = `${server.url.replace('http', 'ws')}/genesys/cometd`;
  const socket = new WebSocket(url, { headers: { gms_user: user }, ...options });
  sockets.push(socket);
  return socket;
}

async function open(user: string, options: ClientOptions = {}): Promise<WebSocket> {
  const socket = dial(user, options);
  await once(socket, 'open');
  return socket;
}

/** Opens a websocket once the server has seen that one is closed. */
async function openSoon(user: string): Promise<WebSocket> {
  let socket: WebSocket;
  await eventually(async () => {
    socket = await open(user);
  });
  return socket!;
}

const codeOf = async (socket: WebSocket): Promise<number> => {
  const [code] = (await once(socket, 'close')) as [number];
  return code;
};

describe('a websocket', () => {
  it('over which no session speaks is closed after max_interval', async () => {
    expect(await codeOf(await open('silent'))).toBe(1000);
  });

  it('whose client does not answer a ping is ended, though its connect is held', async () => {
    const clientId = await session(server, 'deaf');
    const socket = await open('deaf', { autoPong: false });
    socket.send(JSON.stringify([connect(clientId, { connectionType: 'websocket' })]));
    expect(await codeOf(socket)).toBe(1006);
    await send(server, 'deaf', 'still there');
    expect(mailIn(await exchange(server, 'deaf', connect(clientId)))).toEqual(['still there']);
  });

  it('whose client answers and holds a connect stays open', async () => {
    const clientId = await session(server, 'hears');
    const socket = await open('hears');
    const frames: Message[][] = [];
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8'))));
    let pings = 0;
    const asked = new Promise<void>((resolve) => {
      socket.on('ping', () => {
        if (++pings === 3) resolve();
      });
    });
    socket.send(JSON.stringify([connect(clientId, { connectionType: 'websocket' })]));
    await asked;
    await delay(100);
    expect([socket.readyState, frames]).toEqual([WebSocket.OPEN, []]);
  });

  it('with two sessions outlives the end of one of them', async () => {
    const [lasts, ends] = [await session(server, 'two'), await session(server, 'two')];
    const socket = await open('two');
    const frames: Message[] = [];
    socket.on('message', (data: Buffer) => frames.push(...JSON.parse(data.toString('utf8'))));
    const quick = { connectionType: 'websocket', advice: { timeout: 100 } };
    socket.send(JSON.stringify([connect(ends, quick)]));
    // The other one is not heard of any more, and is lost.
    for (let end = performance.now() + 5000; performance.now() < end;) {
      const before = frames.length;
      socket.send(JSON.stringify([connect(lasts, quick)]));
      await eventually(() => expect(frames.length).toBeGreaterThan(before));
    }
    socket.send(JSON.stringify([connect(ends, quick)]));
    await eventually(() => expect(frames.at(-1)).toMatchObject({ error: expect.any(String) }));
    expect(frames.filter(({ successful }) => successful !== true)).toMatchObject([
      { error: '402::session_unknown' },
    ]);
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('beyond as many as the node takes is refused with 503, until one is closed', async () => {
    const taken = await Promise.all(['1', '2', '3', '4'].map(openSoon));
    const refused = dial('5');
    refused.on('error', () => undefined);
    const [, response] = await once(refused, 'unexpected-response');
    expect(response.statusCode).toBe(503);
    refused.terminate();
    await codeOf(taken[0]!);
    await openSoon('5');
  });
});
