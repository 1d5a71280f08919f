import { expect } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { CometMail } from '../../src/modules/cometd/index.js';
import type { RequestOptions, TestResponse } from './http-client.js';
import type { RunningServer, TestServer } from './test-server.js';

/** A Bayeux message, as sent or received. */
export type Message = Record<string, any>;

type Calls = Pick<RunningServer, 'request'>;

export const endpoint = '/genesys/cometd';

/** Posts messages as a user, and returns the raw answer. */
export function post(
  server: Calls,
  user: string | undefined,
  messages: Message | readonly unknown[],
  options: RequestOptions & { path?: string } = {},
): Promise<TestResponse> {
  const { path = endpoint, headers, ...rest } = options;
  return server.request('POST', path, {
    json: messages,
    headers: { ...(user === undefined ? {} : { gms_user: user }), ...headers },
    timeout: 70_000,
    ...rest,
  });
}

/** Posts messages and returns the messages of the answer. */
export async function exchange(
  server: Calls,
  user: string | undefined,
  messages: Message | readonly unknown[],
  options: RequestOptions = {},
): Promise<Message[]> {
  const answer = await post(server, user, messages, options);
  expect([answer.status, answer.text.slice(0, 2)]).toEqual([200, '[{']);
  return answer.json as Message[];
}

export async function handshake(server: Calls, user: string, more: Message = {}): Promise<string> {
  const message = { channel: '/meta/handshake', id: '1', ...more };
  const [reply] = await exchange(server, user, message, { ownConnection: true });
  expect(reply).toMatchObject({ successful: true, clientId: expect.any(String) });
  return reply!.clientId as string;
}

export const connect = (clientId: string, more: Message = {}): Message => ({
  channel: '/meta/connect',
  connectionType: 'long-polling',
  clientId,
  id: '7',
  ...more,
});

export const subscribe = (clientId: string, subscription: unknown = '/_genesys'): Message => ({
  channel: '/meta/subscribe',
  clientId,
  subscription,
  id: '2',
});

/** A session that has connected once and is subscribed: its next connect is held. */
export async function session(server: Calls, user: string, more: Message = {}): Promise<string> {
  const clientId = await handshake(server, user, more);
  await exchange(server, user, connect(clientId));
  await exchange(server, user, [subscribe(clientId)]);
  return clientId;
}

export const newId = (): string => randomBytes(16).toString('hex');

/** Sends mail from inside the server, as its other modules do. */
export async function send(
  server: TestServer,
  user: string,
  message: string,
  id = newId(),
): Promise<string> {
  await server.app.get(CometMail, { strict: false }).send([{ user, id, data: { message } }]);
  return id;
}

/** The messages of the mail in an answer. */
export const mailIn = (messages: readonly Message[]): string[] =>
  messages.filter(({ channel }) => channel === '/_genesys').map(({ data }) => data.message);
