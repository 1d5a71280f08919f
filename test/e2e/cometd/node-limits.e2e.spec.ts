import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';
import { exchange, type Message } from '../../support/bayeux.js';
import { eventually } from '../../support/eventually.js';
import { useServers } from '../../support/use-servers.js';

const servers = useServers();

const greeting = { channel: '/meta/handshake', id: '1' };

it('a node takes so many handshakes in a second, and sends the others away for one', async () => {
  const server = await servers.start({ config: { cometd: { max_handshake_rate: 1 } } });
  const greet = async (user: string): Promise<Message> =>
    (await exchange(server, user, greeting))[0]!;
  const users = Array.from({ length: 20 }, (_, place) => `user ${String(place)}`);
  const replies = await Promise.all(users.map(greet));
  const refused = replies.filter(({ successful }) => successful !== true);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(20);
  for (const reply of refused) {
    expect(reply).toEqual({
      ...{ id: '1', channel: '/meta/handshake', successful: false },
      ...{ error: '429::too_many_handshakes', advice: { interval: 1000, reconnect: 'handshake' } },
    });
  }
  const { text } = await server.request('GET', '/metrics');
  const count = String(refused.length);
  expect(text).toContain(`gms_comet_refused_total{error="429::too_many_handshakes"} ${count}\n`);
  await eventually(async () => expect((await greet('patient')).successful).toBe(true));
});

it('a node answers for so many sessions, and takes another once one has ended', async () => {
  const server = await servers.start({ config: { cometd: { max_sessions_per_node: 2 } } });
  const greet = async (user: string): Promise<Message> =>
    (await exchange(server, user, greeting))[0]!;
  const first = await greet('first');
  expect([first.successful, (await greet('second')).successful]).toEqual([true, true]);
  expect(await greet('third')).toEqual({
    ...{ id: '1', channel: '/meta/handshake', successful: false },
    ...{ error: '403::too_many_sessions', advice: { interval: 10_000, reconnect: 'handshake' } },
  });
  await exchange(server, 'first', { channel: '/meta/disconnect', clientId: first.clientId });
  expect((await greet('third')).successful).toBe(true);
});

it('a node answers for no more sessions when many come at once', async () => {
  const server = await servers.start({ config: { cometd: { max_sessions_per_node: 5 } } });
  const users = Array.from({ length: 30 }, (_, place) => `at once ${String(place)}`);
  const replies = await Promise.all(users.map((user) => exchange(server, user, greeting)));
  expect(replies.flat().filter(({ successful }) => successful === true)).toHaveLength(5);
});

describe('one that floods the server with handshakes', () => {
  const config = {
    cometd: { max_sessions_per_user: 1000, max_handshake_rate_per_address: 20 },
  };

  /** How many were taken, of which no more may be than so many in each second. */
  const expectWithin = (rate: number, replies: readonly Message[], since: number): void => {
    const seconds = Math.floor((performance.now() - since) / 1000);
    const taken = replies.filter(({ successful }) => successful === true);
    expect(taken.length).toBeGreaterThanOrEqual(1);
    expect(taken.length).toBeLessThanOrEqual(rate * (1 + seconds));
    for (const { error, advice } of replies.filter((reply) => !taken.includes(reply))) {
      expect(error).toBe('429::too_many_handshakes');
      expect(advice).toEqual({ interval: 1000, reconnect: 'handshake' });
    }
  };

  it('from one address, 250 at once, has its rate, and others theirs', async () => {
    const server = await servers.start({ config });
    const since = performance.now();
    const greet = (user: string, localAddress: string) =>
      exchange(server, user, greeting, { localAddress });
    const flood = Array.from({ length: 250 }, () => greet('floods', '127.0.0.2'));
    const [[other], ...replies] = await Promise.all([greet('calm', '127.0.0.3'), ...flood]);
    expectWithin(20, replies.flat(), since);
    expect(other).toMatchObject({ successful: true });
  });

  /** Handshakes over one kept-alive connection, one after the other. */
  const flooded = async (url: string, count: number, headers: object = {}): Promise<Message[]> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = JSON.stringify([greeting]);
    const greet = (): Promise<Message> =>
      new Promise((resolve, reject) => {
        const outgoing = request(`${url}/genesys/cometd`, {
          ...{ method: 'POST', agent },
          headers: { gms_user: 'floods', 'Content-Type': 'application/json', ...headers },
        });
        outgoing.on('error', reject).on('response', (response) => {
          let text = '';
          response.on('data', (bytes) => (text += String(bytes)));
          response.on('end', () => resolve(JSON.parse(text)[0]));
        });
        outgoing.end(body);
      });
    try {
      return await Promise.all(Array.from({ length: count }, greet));
    } finally {
      agent.destroy();
    }
  };

  it('over one connection of HTTP has its rate, and others theirs', async () => {
    const server = await servers.start({ config: { cometd: { max_sessions_per_user: 1000 } } });
    const since = performance.now();
    const replies = await flooded(server.url, 100);
    expectWithin(20, replies, since);
    expect((await exchange(server, 'calm', greeting))[0]).toMatchObject({ successful: true });
  });

  it('over one connection of a trusted proxy is told apart from the others by its address', async () => {
    const server = await servers.start({
      config: {
        cometd: { max_sessions_per_user: 1000 },
        security: { trusted_proxies: ['127.0.0.1'] },
      },
    });
    const replies = await flooded(server.url, 60, { 'X-Forwarded-For': '203.0.113.9' });
    expect(replies.filter(({ successful }) => successful === true)).toHaveLength(60);
  });

  it('over one websocket has its rate, and others theirs', async () => {
    const server = await servers.start({ config: { cometd: { max_sessions_per_user: 1000 } } });
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/genesys/cometd`, {
      headers: { gms_user: 'floods' },
    });
    await once(socket, 'open');
    const since = performance.now();
    const replies: Message[] = [];
    socket.on('message', (data: Buffer) => replies.push(...JSON.parse(data.toString('utf8'))));
    for (let sent = 0; sent < 100; sent++) socket.send(JSON.stringify([greeting]));
    expect((await exchange(server, 'calm', greeting))[0]).toMatchObject({ successful: true });
    await eventually(() => expect(replies).toHaveLength(100), 20_000);
    expectWithin(20, replies, since);
    socket.terminate();
  });
});
