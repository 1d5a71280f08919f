import { expect, it } from '@jest/globals';
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
