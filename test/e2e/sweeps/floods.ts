import { createECDH, randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { RequestOptions } from '../../support/http-client.js';
import type { TestServer } from '../../support/test-server.js';

type Call = readonly [method: string, path: string, options?: RequestOptions];

/** Makes a request that shows the server a text which it has never seen. */
type Flood = (text: string) => Call;

export const floodedConfig = {
  security: {
    trusted_proxies: ['127.0.0.1'],
    trusted_networks: ['127.0.0.0/8', '10.0.0.0/8', 'fd00::/8'],
    rate_limit: { per_second: 1_000_000, burst: 1_000_000 },
    cors_origins: ['http://page.example'],
    allowed_callback_networks: ['127.0.0.0/8'],
  },
  push: { pushEnabled: 'comet,httpcb', publish_mode: 'async' },
} as const;

/** An address of its own network for each text. */
function addressOf(text: string): string {
  const [a, b, c] = text.match(/..../g) ?? [];
  return `2001:${a ?? '0'}:${b ?? '0'}:${c ?? '0'}::1`;
}

const node = '/genesys/1/node';
const publish = '/genesys/1/notification/publish';
/** Where nobody listens. */
const closed = 'http://127.0.0.1:59999/';

/** What a browser subscribed with at a push service of its own. */
function browserAt(text: string): string {
  const [a, b, c] = Buffer.from(text, 'hex');
  const endpoint = `http://127.${String(a)}.${String(b)}.${String(c)}:59999/push`;
  const p256dh = createECDH('prime256v1').generateKeys('base64url');
  return JSON.stringify({ endpoint, keys: { p256dh, auth: 'a'.repeat(22) } });
}

const handshake = [{ channel: '/meta/handshake', version: '1.0' }];

/** Everything by which callers differ, and which a server might keep: with the length it may have. */
export const floods: readonly (readonly [what: string, flood: Flood, length?: number])[] = [
  ['wrong keys', (text) => ['GET', '/genesys/1/admin/keys', { headers: { 'X-Api-Key': text } }]],
  [
    'wrong tokens',
    (text) => ['GET', '/genesys/1/admin/keys', { headers: { Authorization: `Bearer ${text}` } }],
  ],
  ['addresses of pages', (text) => ['GET', node, { headers: { Origin: `http://${text}` } }]],
  ['hosts', (text) => ['GET', node, { headers: { Host: `${text}.example` } }]],
  [
    'senders that are no address',
    (text) => ['GET', node, { headers: { 'X-Forwarded-For': text } }],
  ],
  [
    'client addresses',
    (text) => ['GET', node, { headers: { 'X-Forwarded-For': addressOf(text) } }],
  ],
  [
    'client addresses behind proxies',
    (text) => [
      ...(['GET', node] as const),
      { headers: { 'X-Forwarded-For': `${text}, 203.0.113.7` } },
    ],
  ],
  ['ids of requests', (text) => ['GET', node, { headers: { 'X-Request-Id': text } }], 128],
  ['paths', (text) => ['GET', `/genesys/1/${text}`]],
  ['queries', (text) => ['GET', `${node}?a=${text}`]],
  ['ids of areas', (text) => ['GET', `/genesys/1/storage/${text}`]],
  ['names of services', (text) => ['POST', `/genesys/1/service/${text}`]],
  [
    'names of fields',
    (text) => [
      ...(['POST', '/genesys/1/service/none'] as const),
      { body: `${text}=1`, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    ],
  ],
  [
    'ids of comet sessions',
    (text) => [
      ...(['POST', '/genesys/cometd'] as const),
      {
        json: [{ channel: '/meta/subscribe', clientId: text, subscription: `/${text}` }],
        headers: { gms_user: 'alice' },
      },
    ],
  ],
  [
    'users that say hello and are refused',
    (text) => [
      ...(['POST', '/genesys/cometd'] as const),
      { json: [{ ...handshake[0], supportedConnectionTypes: [] }], headers: { gms_user: text } },
    ],
  ],
  ['tags of events', (text) => ['POST', publish, { json: { tag: text, message: '' } }], 200],
  [
    'names of messages',
    (text) => [
      ...(['POST', publish] as const),
      { json: { tag: 'a.b', mediaType: 'localizestring', message: text } },
    ],
  ],
  [
    'names of providers',
    (text) => ['POST', publish, { json: { tag: 'a.b', message: '', providerName: text } }],
  ],
  [
    'names of providers of a device',
    (text) => [
      ...(['POST', publish] as const),
      {
        json: {
          ...{ tag: 'a.b', message: '', providerName: text },
          notificationDetails: { type: 'httpcb', deviceId: closed },
        },
      },
    ],
  ],
  [
    'names of providers of subscriptions',
    (text) => [
      ...(['POST', '/genesys/1/notification/subscription'] as const),
      {
        json: {
          ...{ subscriberId: text, providerName: text, filter: 'none', expire: 60 },
          notificationDetails: { type: 'httpcb', deviceId: closed },
        },
      },
    ],
  ],
  [
    'push services of browsers',
    (text) => [
      ...(['POST', publish] as const),
      {
        json: {
          ...{ tag: 'a.b', message: '' },
          notificationDetails: { type: 'webpush', deviceId: browserAt(text) },
        },
      },
    ],
  ],
  [
    'targets',
    (text) => [
      ...(['POST', publish] as const),
      {
        json: {
          ...{ tag: 'a.b', message: '' },
          notificationDetails: { type: 'httpcb', deviceId: `${closed}${text}` },
        },
      },
    ],
  ],
  [
    'users that say hello',
    (text) => [
      ...(['POST', '/genesys/cometd'] as const),
      {
        json: handshake,
        headers: { gms_user: text, 'X-Forwarded-For': addressOf(text) },
        ownConnection: true,
      },
    ],
  ],
  [
    'keys of repeated calls',
    (text) => [
      ...(['POST', publish] as const),
      { json: { tag: 'a.b', message: '' }, headers: { 'Idempotency-Key': text } },
    ],
    200,
  ],
  ['names of sections', (text) => ['GET', `/genesys/1/admin/config/sections/${text}`]],
  ['customers', (text) => ['GET', `/genesys/1/cs/customers/${text}/services`], 200],
  [
    'tenants',
    (text) => ['GET', '/genesys/1/cs/customers/a/services', { headers: { ContactCenterId: text } }],
    200,
  ],
];

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Sends a flood of texts that all differ.
 * @returns how many bytes the process keeps of them, to be asked more than once: what waits to be
 *   finalized is gone a moment later
 */
export async function flooded(
  server: TestServer,
  flood: Flood,
  { count, length }: { count: number; length: number },
): Promise<() => number> {
  // What is made once is made before.
  await send(server, flood, 50, length);
  const before = bytesInUse();
  await send(server, flood, count, length);
  return () => bytesInUse() - before;
}

function bytesInUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Sends a flood of texts that all differ. */
export async function send(
  server: TestServer,
  flood: Flood,
  count: number,
  length: number,
): Promise<void> {
  let sent = 0;
  const work = async (): Promise<void> => {
    while (sent++ < count) {
      const text = randomBytes(length / 2).toString('hex');
      await server.request(...flood(text));
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}
