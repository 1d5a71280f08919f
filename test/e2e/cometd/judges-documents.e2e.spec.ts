import { describe, expect, it } from '@jest/globals';
import type { Message } from '../../support/bayeux.js';
import { publishTo } from '../../support/comet-publishing.js';
import { putSection } from '../../support/notification.js';
import { useTestServer } from '../../support/use-servers.js';

const server = useTestServer();

/** The requests of one part of the documents, letter by letter but for the client id. */
interface Part {
  readonly headers: readonly string[];
  readonly handshake: string;
  readonly connect: string;
  readonly subscribe: string;
  readonly poll: string;
}

const compact: Part = {
  headers: [
    'Accept-Encoding: gzip,deflate',
    'Content-Type: application/json;charset=UTF-8',
    'gms_user: BuzzBrain',
  ],
  handshake: '{"version":"1.0","minimumVersion":"0.9","channel":"/meta/handshake","id":"0"}',
  connect:
    '{"channel":"/meta/connect","clientId":"CLIENT","id":"1","connectionType":"long-polling"}',
  subscribe:
    '[{"channel":"/meta/subscribe","subscription":"/_genesys","clientId":"CLIENT","id":"2"}]',
  poll: '{"clientId":"CLIENT","id":"3","channel":"/meta/connect","connectionType":"long-polling"}',
};

const parts: Record<string, Part> = {
  'COMETD Based Chat API': {
    headers: ['Content-Type: application/json; charset=UTF-8', 'gms_user: BuzzBrain'],
    handshake: compact.handshake,
    connect:
      '{"channel": "/meta/connect", "clientId": "CLIENT", "id": "1", "connectionType": "long-polling"}',
    subscribe:
      '[{"channel": "/meta/subscribe", "subscription": "/_genesys", "clientId": "CLIENT", "id": "2"}]',
    poll: '{"clientId": "CLIENT", "id": "3", "channel": "/meta/connect", "connectionType": "long-polling"}',
  },
  'Using CometD to Receive Event Updates': compact,
  'CometD Notification': {
    ...compact,
    // Their header lines stand with blanks after the colon in places.
    headers: [
      'Accept-Encoding:   gzip,deflate',
      'Content-Type:      application/json; charset=UTF-8',
      'gms_user:         BuzzBrain',
    ],
  },
};

/** Sends a request as the documents write it, its URL included. */
async function send(part: Part, body: string, clientId = ''): Promise<Message[]> {
  const text = body.replace('CLIENT', clientId);
  const head = [
    'POST http://localhost:8080/genesys/cometd HTTP/1.1',
    ...['Host: localhost:8080', 'Connection: close'],
    ...part.headers,
    `Content-Length: ${text.length}`,
  ];
  const answer = await server.rawRequest(`${head.join('\r\n')}\r\n\r\n${text}`, {
    timeout: 30_000,
  });
  const [headers, json] = answer.text.split('\r\n\r\n');
  expect(answer.status).toBe(200);
  expect(headers).toMatch(/^content-type: application\/json;charset=UTF-8\r?$/im);
  return JSON.parse(json!) as Message[];
}

describe.each(Object.entries(parts))('the requests of "%s"', (_name, part) => {
  it('are answered as they show', async () => {
    const [reply] = await send(part, part.handshake);
    expect(reply).toEqual({
      id: '0',
      minimumVersion: '1.0',
      supportedConnectionTypes: ['websocket', 'callback-polling', 'long-polling'],
      advice: { interval: 0, reconnect: 'retry', timeout: 60_000 },
      successful: true,
      channel: '/meta/handshake',
      ext: { ack: true },
      clientId: expect.stringMatching(/^\w{26,}$/),
      version: '1.0',
    });
    const clientId = reply!.clientId as string;
    expect(await send(part, part.connect, clientId)).toEqual([
      {
        id: '1',
        successful: true,
        advice: { interval: 0, reconnect: 'retry', timeout: 60_000 },
        channel: '/meta/connect',
      },
    ]);
    expect(await send(part, part.subscribe, clientId)).toEqual([
      { id: '2', subscription: '/_genesys', successful: true, channel: '/meta/subscribe' },
    ]);
    const polled = send(part, part.poll, clientId);
    await publishTo(server, 'BuzzBrain', 'Your agent has joined');
    expect(await polled).toEqual([
      {
        data: {
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          message: 'Your agent has joined',
          tag: 'judge',
        },
        channel: '/_genesys',
      },
      { id: '3', successful: true, channel: '/meta/connect' },
    ]);
  });
});

it('a poll in whose time nothing came is answered as the documents show', async () => {
  const [reply] = await send(compact, compact.handshake);
  const clientId = reply!.clientId as string;
  await send(compact, compact.connect, clientId);
  await send(compact, compact.subscribe, clientId);
  await putSection(server, 'cometd', { timeout: 1000 });
  expect(await send(compact, compact.poll, clientId)).toEqual([
    { id: '3', successful: true, channel: '/meta/connect' },
  ]);
});
