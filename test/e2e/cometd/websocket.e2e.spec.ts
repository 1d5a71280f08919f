import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import {
  connect,
  exchange,
  handshake,
  mailIn,
  type Message,
  send,
  session,
  subscribe,
} from '../../support/bayeux.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';
import { ActiveRequests } from '../../../src/core/lifecycle/index.js';

const server = useTestServer({
  config: { cometd: { timeout: 60_000 }, security: { cors_origins: ['https://ours.example'] } },
});

const sockets: WebSocket[] = [];
const closings: (() => void)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) close();
  for (const socket of sockets.splice(0)) {
    socket.terminate();
    if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
  }
});

/** An open websocket of a user, with every frame that it has received. */
async function open(user: string, options: { protocol?: string; origin?: string } = {}) {
  const socket = new WebSocket(
    `${server.url.replace('http', 'ws')}/genesys/cometd`,
    options.protocol === undefined ? [] : [options.protocol, 'other'],
    { headers: { gms_user: user }, ...(options.origin ? { origin: options.origin } : {}) },
  );
  sockets.push(socket);
  const frames: Message[][] = [];
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8'))));
  await once(socket, 'open');
  return {
    socket,
    frames,
    tell: (messages: unknown) => socket.send(JSON.stringify(messages)),
    /** The next frame. */
    ask: async (messages: unknown): Promise<Message[]> => {
      const before = frames.length;
      socket.send(JSON.stringify(messages));
      await eventually(() => expect(frames.length).toBeGreaterThan(before));
      return frames[before]!;
    },
  };
}

/** The status with which an upgrade is refused. */
function refusal(headers: Record<string, string>, path = '/genesys/cometd'): Promise<number> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, { headers });
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
  });
}

const overSocket = { connectionType: 'websocket' };

describe('an upgrade', () => {
  it('without gms_user is refused with 401', async () => {
    expect(await refusal({})).toBe(401);
  });

  it('from a foreign page is refused with 403', async () => {
    expect(await refusal({ gms_user: 'x', Origin: 'https://evil.example' })).toBe(403);
  });

  it.each(['https://ours.example', 'own'])('from the page %s is taken', async (origin) => {
    const headers = { gms_user: 'x', Origin: origin === 'own' ? server.url : origin };
    expect(await refusal(headers)).toBe(101);
  });

  it.each(['/', '/subscribe', '/connect/', '/any?x=/a/b'])('to %s is taken', async (ending) => {
    expect(await refusal({ gms_user: 'x' }, `/genesys/cometd${ending}`)).toBe(101);
  });

  it.each(['/genesys/1/node', '/genesys/cometd/a/b', '/genesys/cometdx'])(
    'to %s is refused',
    async (path) => {
      expect(await refusal({ gms_user: 'x' }, path)).toBe(404);
    },
  );

  it.each([
    ['to another path', 404, 'RouteNotFound', '/genesys/1/node', ['gms_user: x']],
    ['without a user', 401, 'Unauthorized', '/genesys/cometd', []],
    ['of a foreign page', 403, 'Forbidden', '/genesys/cometd', ['Origin: http://evil.example']],
    [
      'of version 99',
      400,
      'InvalidRequest',
      '/genesys/cometd',
      ['gms_user: x', 'Sec-WebSocket-Version: 99'],
    ],
    [
      'of no protocol',
      400,
      'InvalidRequest',
      '/genesys/cometd',
      ['gms_user: x', 'Sec-WebSocket-Protocol: ,,'],
    ],
    [
      'with a bad key',
      400,
      'InvalidRequest',
      '/genesys/cometd',
      ['gms_user: x', 'Sec-WebSocket-Key: a'],
    ],
  ])('%s is answered %d in the one error shape', async (_name, status, exception, path, more) => {
    const named = (name: string) => more.some((line) => line.startsWith(`${name}:`));
    const usual = [
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
      ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ] as const;
    const lines = usual
      .filter(([name]) => !named(name))
      .map(([name, value]) => `${name}: ${value}`);
    const answer = await server.rawRequest(
      [`GET ${path} HTTP/1.1`, 'Host: a', 'Connection: Upgrade', ...lines, ...more, '', ''].join(
        '\r\n',
      ),
    );
    const [head = '', body = ''] = answer.text.split('\r\n\r\n');
    expect([answer.status, answer.closedByServer]).toEqual([status, true]);
    expect(head).toContain('Content-Type: application/json;charset=UTF-8');
    expect(head).toContain('X-Content-Type-Options: nosniff');
    expect(head.includes('WWW-Authenticate: Bearer')).toBe(status === 401);
    expect(JSON.parse(body)).toEqual({ message: expect.stringMatching(/\w \w/), exception });
  });

  it('that is refused is closed for good, though its client reads nothing and keeps its half', async () => {
    const { hostname, port } = new URL(server.url);
    const ports = new Set<number | undefined>();
    const opened = ActiveRequests.forServer(server.app.getHttpServer()).connections;
    for (const path of ['/genesys/cometd', '/genesys/1/node', '/genesys/cometd?bad']) {
      const socket = dial({ host: hostname, port: Number(port), allowHalfOpen: true });
      closings.push(() => socket.destroy());
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.pause();
      ports.add(socket.localPort);
      const key = path.endsWith('bad') ? 'gms_user: x' : 'Sec-WebSocket-Key: x';
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          `Sec-WebSocket-Version: 13\r\n${key}\r\n\r\n`,
      );
    }
    const left = () => [...opened].filter(({ remotePort }) => ports.has(remotePort)).length;
    await eventually(() => expect(left()).toBe(0), 10_000);
  });

  it('to another host name in its target is taken by its path', async () => {
    const answer = await server.rawRequest(
      [
        'GET http://proxied/genesys/cometd HTTP/1.1',
        ...['Host: proxied', 'Connection: Upgrade', 'Upgrade: websocket', 'gms_user: proxied'],
        ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '', ''],
      ].join('\r\n'),
      { timeout: 500 },
    );
    expect(answer.status).toBe(101);
  });

  it('has its first subprotocol taken, and needs none', async () => {
    expect((await open('protocols', { protocol: 'bayeux' })).socket.protocol).toBe('bayeux');
    expect((await open('protocols')).socket.protocol).toBe('');
  });
});

describe('a session over a websocket', () => {
  it('gets mail at once while its connect stays held', async () => {
    const { ask, frames, tell } = await open('pushed');
    const [reply] = await ask([{ channel: '/meta/handshake', id: '1' }]);
    const { clientId } = reply!;
    await ask([connect(clientId, overSocket)]);
    await ask([subscribe(clientId)]);
    tell([connect(clientId, overSocket)]);
    await send(server, 'pushed', 'one');
    await send(server, 'pushed', 'two');
    await eventually(() => expect(mailIn(frames.flat())).toEqual(['one', 'two']));
    expect(
      frames
        .slice(3)
        .flat()
        .map(({ channel }) => channel),
    ).toEqual(['/_genesys', '/_genesys']);
  });

  it('with acknowledgements gets mail in connect replies alone', async () => {
    const { ask } = await open('acked');
    const [reply] = await ask([{ channel: '/meta/handshake', id: '1', ext: { ack: true } }]);
    const { clientId } = reply!;
    await ask([connect(clientId, overSocket)]);
    await ask([subscribe(clientId)]);
    const held = ask([connect(clientId, { ...overSocket, ext: { ack: 0 } })]);
    await delay(50);
    await send(server, 'acked', 'one');
    const answer = await held;
    expect([mailIn(answer), answer.at(-1)!.ext]).toEqual([['one'], { ack: 1 }]);
    const again = await ask([connect(clientId, { ...overSocket, ext: { ack: 0 } })]);
    expect(mailIn(again)).toEqual(['one']);
  });

  it('goes on over another websocket without a handshake', async () => {
    const clientId = await session(server, 'resumes');
    const first = await open('resumes');
    first.tell([connect(clientId, overSocket)]);
    await delay(100);
    first.socket.terminate();
    await send(server, 'resumes', 'meanwhile');
    const second = await open('resumes');
    second.tell([connect(clientId, overSocket)]);
    await eventually(() => expect(mailIn(second.frames.flat())).toEqual(['meanwhile']));
  });

  it("is nobody else's", async () => {
    const clientId = await handshake(server, 'owner');
    const { ask } = await open('thief');
    expect(await ask([connect(clientId, overSocket)])).toMatchObject([
      { successful: false, error: '402::session_unknown', advice: { reconnect: 'handshake' } },
    ]);
  });

  it('whose client reads too slowly is closed with 1013, and gets everything again', async () => {
    const clientId = await session(server, 'clogged');
    const { socket, frames, tell } = await open('clogged');
    tell([connect(clientId, overSocket)]);
    await send(server, 'clogged', 'first');
    await eventually(() => expect(mailIn(frames.flat())).toEqual(['first']));
    socket.pause();
    const large = 'x'.repeat(12 * 1024 * 1024);
    for (const text of [large, 'later', 'last']) await send(server, 'clogged', text);
    await eventually(async () => {
      const { text } = await server.request('GET', '/metrics');
      expect(text).toContain('gms_comet_sessions_dropped_total{limit="socket"} 1\n');
    });
    const closed = once(socket, 'close') as Promise<[number]>;
    socket.resume();
    expect((await closed)[0]).toBe(1013);
    const again = mailIn(await exchange(server, 'clogged', connect(clientId)));
    expect(again.map(({ length }) => length)).toEqual([large.length]);
    expect(mailIn(await exchange(server, 'clogged', connect(clientId)))).toEqual(['later', 'last']);
  });

  it('can change to long-polling and back', async () => {
    const clientId = await session(server, 'changes');
    await send(server, 'changes', 'polled');
    expect(mailIn(await exchange(server, 'changes', connect(clientId)))).toEqual(['polled']);
    const { frames, tell } = await open('changes');
    tell([connect(clientId, overSocket)]);
    await send(server, 'changes', 'pushed');
    await eventually(() => expect(mailIn(frames.flat())).toEqual(['pushed']));
  });
});

describe('a frame', () => {
  it.each(['{', '7', 'x'.repeat(300 * 1024)])(
    'that is none of ours closes the socket',
    async (text) => {
      const { socket } = await open('frames');
      const closed = once(socket, 'close') as Promise<[number]>;
      socket.on('error', () => undefined);
      socket.send(text);
      expect([1007, 1009]).toContain((await closed)[0]);
    },
  );

  it('with an empty array is answered with one, as old clients want it for a sign of life', async () => {
    const { ask, frames } = await open('alive');
    expect(await ask([])).toEqual([]);
    expect(await ask([{ channel: '/meta/handshake' }])).toMatchObject([{ successful: true }]);
    expect(frames).toHaveLength(2);
  });

  it('may begin with a byte order mark', async () => {
    const { socket, frames } = await open('marks');
    socket.send('\uFEFF[{"channel":"/meta/handshake"}]');
    await eventually(() => expect(frames).toMatchObject([[{ successful: true }]]));
  });

  it('of more than a hundred messages closes the socket', async () => {
    const { socket, tell } = await open('talks');
    const closed = once(socket, 'close') as Promise<[number]>;
    tell(Array(101).fill({ channel: '/meta/subscribe' }));
    expect((await closed)[0]).toBe(1008);
  });

  it('of bytes closes the socket', async () => {
    const { socket } = await open('bytes');
    const closed = once(socket, 'close') as Promise<[number]>;
    socket.send(Buffer.from('[]'), { binary: true });
    expect((await closed)[0]).toBe(1003);
  });
});
