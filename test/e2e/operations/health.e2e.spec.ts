import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';
import type { TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Health, metrics, documentation, pages
const servers = useServers();
let proxy: DatabaseProxy;
let server: TestServer;

beforeAll(async () => {
  const database = await servers.database();
  proxy = await startDatabaseProxy(database.url);
  server = await servers.start({ database: proxy });
});
afterAll(() => proxy.close());

const ok = { database: 'ok', migrations: 'ok', disk: 'ok', bus: 'ok', node: 'ok' };

describe('/healthz', () => {
  it('says that the process is alive', async () => {
    const answer = await server.request('GET', '/healthz');
    expect([answer.status, answer.json]).toEqual([200, { status: 'alive' }]);
    expect(answer.headers['cache-control']).toContain('no-store');
  });
});

describe('/readyz', () => {
  it('says what it has checked', async () => {
    const answer = await server.request('GET', '/readyz');
    expect([answer.status, answer.json]).toEqual([200, { status: 'ready', checks: ok }]);
  });
});

describe('while the database hangs', () => {
  it('/healthz answers at once, /readyz within a second, /metrics without what it has not', async () => {
    proxy.hang();
    try {
      const started = performance.now();
      expect((await server.request('GET', '/healthz')).status).toBe(200);
      expect((await server.request('GET', '/genesys/1/node')).text).toBe('ONLINE');
      expect(performance.now() - started).toBeLessThan(1500);

      // However often it is asked, it takes up no more than its share of the connections.
      const asked = performance.now();
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => server.request('GET', '/readyz')),
      );
      expect(performance.now() - asked).toBeLessThan(1900);
      for (const answer of answers) {
        expect(answer.status).toBe(503);
        expect(answer.json).toMatchObject({
          status: 'not ready',
          checks: { database: 'no answer in time', migrations: 'pending' },
        });
      }

      const scraped = performance.now();
      const metrics = await server.request('GET', '/metrics');
      expect(performance.now() - scraped).toBeLessThan(3500);
      expect(metrics.status).toBe(200);
      expect(metrics.text).toContain('process_cpu_seconds_total');
      expect(metrics.text).not.toContain('gms_outbox_effects{');
    } finally {
      proxy.recover();
    }
    await eventually(async () => {
      expect((await server.request('GET', '/readyz')).json.checks).toEqual(ok);
    });
  });
});

describe('while the database is away', () => {
  it('is not ready, says no secret, and is again by itself', async () => {
    await proxy.cut();
    try {
      await eventually(async () => {
        const answer = await server.request('GET', '/readyz');
        expect(answer.status).toBe(503);
        expect(answer.json.checks).toEqual({
          database: 'failed',
          migrations: 'pending',
          disk: 'ok',
          bus: 'failed',
          node: 'ok',
        });
        expect(answer.text).not.toContain('postgres');
      });
      expect((await server.request('GET', '/healthz')).status).toBe(200);
      expect((await server.request('GET', '/genesys/1/node')).text).toBe('ONLINE');
      await delay(1000);
    } finally {
      await proxy.open();
    }
    await eventually(async () => {
      expect((await server.request('GET', '/readyz')).json).toEqual({
        status: 'ready',
        checks: ok,
      });
    }, 10_000);
    // Heartbeat, sweeper, outbox and timers have survived as well.
    await eventually(async () => {
      const [node] = (await server.request('GET', '/genesys/1/admin/nodes')).json;
      expect(Date.now() - Date.parse(node.seenAt)).toBeLessThan(3000);
    }, 10_000);
  });
});
