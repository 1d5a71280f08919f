import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { callback, deliveries, publish, subscribe } from '../../support/notification.js';
import type { SpawnedServer } from '../../support/spawned-server.js';
import { useServers } from '../../support/use-servers.js';

const servers = useServers();
const subscribers = 300;
const message = 'm'.repeat(1_000_000);
const mebibyte = 1024 * 1024;

/** Cuts the first try of each callback off, and takes its time over the second. */
const tries = new Map<string, number>();
const callbacks = createServer((request) => {
  const path = request.url ?? '';
  const count = (tries.get(path) ?? 0) + 1;
  tries.set(path, count);
  if (count === 1) request.destroy();
});

let server: SpawnedServer;

beforeAll(async () => {
  await new Promise<void>((done) => callbacks.listen(0, '127.0.0.1', done));
  server = await servers.spawn({
    config: {
      security: { allowed_callback_networks: ['127.0.0.1'] },
      gms: { 'http.socket_timeout': 60, 'http.max_connections_per_route': subscribers },
      push: {
        ...{ pushEnabled: 'httpcb,customhttp,webpush,comet', publish_mode: 'async' },
        'customhttp.url': 'http://127.0.0.1:9',
      },
    },
  });
});

afterAll(() => {
  callbacks.closeAllConnections();
  return new Promise<void>((done) => callbacks.close(() => done()));
});

/** What the process holds, JavaScript and buffers, MiB. */
async function held(): Promise<number> {
  const { text } = await server.request('GET', '/metrics');
  const bytesOf = (name: string): number =>
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  const names = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'];
  return names.reduce((sum, name) => sum + bytesOf(name), 0) / mebibyte;
}

/** What the process has had in memory at most, MiB. */
async function mostHeld(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

describe('an event of 1 MB for 300 subscriptions', () => {
  it('is held once, while it is on its way to all of them and when they are tried again', async () => {
    const { port } = callbacks.address() as AddressInfo;
    for (let at = 0; at < subscribers; at++) {
      await subscribe(server, callback(`http://127.0.0.1:${port}/${at}`, 'large'));
    }
    const before = await held();
    expect((await publish(server, { tag: 'large', message })).status).toBe(200);
    await eventually(() => {
      expect([...tries.values()]).toEqual(Array(subscribers).fill(2));
    }, 60_000);
    const after = await held();
    expect(after - before).toBeLessThan(64);
    const pending = await deliveries(server, 'tag=large&state=pending&limit=1000');
    expect(pending.length).toBe(subscribers);
  }, 120_000);

  it('is held once for a language, when it is localized and goes to users over comet', async () => {
    for (let at = 0; at < subscribers; at++) {
      const json = {
        ...{ subscriberId: 'A', filter: 'localized', expire: 300, language: 'de' },
        notificationDetails: { type: 'comet', deviceId: `user ${at}` },
      };
      await subscribe(server, json, { gms_user: `user ${at}` });
    }
    const before = await mostHeld();
    const event = { tag: 'localized', message, mediaType: 'localizestring' };
    expect((await publish(server, event)).status).toBe(200);
    // Each user's own text would take 300 MB, once for the way to the database and once for the way back.
    expect((await mostHeld()) - before).toBeLessThan(150);
    const made = await deliveries(server, 'tag=localized&state=delivered&limit=1000');
    expect(made.length).toBe(subscribers);
  }, 120_000);
});
