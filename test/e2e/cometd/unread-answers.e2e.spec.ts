import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { connect, exchange, type Message, send, session } from '../../support/bayeux.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';

const server = useTestServer({ config: { cometd: { timeout: 60_000 } } });

/** More than the network takes from a server whose client does not read. */
const large = 'x'.repeat(12 * 1024 * 1024);

const closings: (() => void)[] = [];

afterEach(() => {
  for (const close of closings.splice(0)) close();
});

/** Texts of mail by their length. */
const lengthsIn = (messages: readonly Message[]): number[] =>
  messages
    .filter(({ channel }) => channel === '/_genesys')
    .map(({ data }) => data.message.length as number);

/** Polls, and reads no more than the beginning of the answer. */
async function pollUnread(user: string, clientId: string): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = dial(Number(port), hostname);
  closings.push(() => socket.destroy());
  socket.on('error', () => undefined);
  const body = JSON.stringify(connect(clientId));
  socket.write(
    `POST /genesys/cometd HTTP/1.1\r\nHost: x\r\ngms_user: ${user}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
  );
  await once(socket, 'data');
  socket.pause();
  return socket;
}

async function open(user: string): Promise<WebSocket> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/genesys/cometd`, {
    headers: { gms_user: user },
  });
  closings.push(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

describe('much mail at once', () => {
  const texts = Array.from({ length: 7 }, (_, place) => 'x'.repeat(1_500_000 + place));
  const sizes = texts.map(({ length }) => length);

  it.each([{}, { ext: { ack: true } }])(
    'comes in several answers, in order and once (%j)',
    async (more) => {
      const user = `much ${JSON.stringify(more)}`;
      const clientId = await session(server, user, more);
      for (const text of texts) await send(server, user, text);
      const answers: number[][] = [];
      for (let ack = 0; answers.flat().length < texts.length;) {
        const replies = await exchange(server, user, connect(clientId, { ext: { ack } }));
        answers.push(lengthsIn(replies));
        ack = replies.at(-1)!.ext?.ack ?? 0;
      }
      expect([answers.flat(), answers.length]).toEqual([sizes, 3]);
    },
  );

  it('comes over a websocket in several frames, in order and once', async () => {
    const clientId = await session(server, 'much pushed');
    for (const text of texts) await send(server, 'much pushed', text);
    const socket = await open('much pushed');
    const frames: Message[][] = [];
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8'))));
    socket.send(JSON.stringify([connect(clientId, { connectionType: 'websocket' })]));
    await eventually(() => expect(lengthsIn(frames.flat())).toEqual(sizes), 20_000);
    expect(frames.length).toBe(3);
    await send(server, 'much pushed', 'later');
    await eventually(() => expect(lengthsIn(frames.flat())).toEqual([...sizes, 5]), 20_000);
  });
});

describe('without acknowledgements, an answer that the client does not read to its end', () => {
  it('is sent again to the next connect, what came later after it, and once', async () => {
    const clientId = await session(server, 'stalls');
    await send(server, 'stalls', large);
    const unread = await pollUnread('stalls', clientId);
    await send(server, 'stalls', 'later');
    const again = await exchange(server, 'stalls', connect(clientId));
    const next = await exchange(server, 'stalls', connect(clientId));
    expect([lengthsIn(again), lengthsIn(next)]).toEqual([[large.length], [5]]);
    unread.destroy();
    const quiet = connect(clientId, { advice: { timeout: 300 } });
    expect(lengthsIn(await exchange(server, 'stalls', quiet))).toEqual([]);
  });

  it('is sent again to a connect over another websocket', async () => {
    const clientId = await session(server, 'replaces');
    const over = { connectionType: 'websocket' };
    const first = await open('replaces');
    first.send(JSON.stringify([connect(clientId, over)]));
    await send(server, 'replaces', 'first');
    await once(first, 'message');
    first.pause();
    await send(server, 'replaces', large);
    const second = await open('replaces');
    const frames: Message[][] = [];
    second.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8'))));
    second.send(JSON.stringify([connect(clientId, over)]));
    await eventually(() => expect(lengthsIn(frames.flat())).toEqual([large.length]), 20_000);
    await send(server, 'replaces', 'later');
    await eventually(() => expect(lengthsIn(frames.flat())).toEqual([large.length, 5]), 20_000);
  });
});
