import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import { databaseRows } from '../../support/database-rows.js';
import { useServers, useTestServer } from '../../support/use-servers.js';
import { Sweeper } from '../../../src/core/scheduling/index.js';

// docs/operations/monitoring.md, Metrics
const servers = useServers();
const server = useTestServer();

async function metrics(): Promise<string> {
  const answer = await server.request('GET', '/metrics');
  expect(answer.status).toBe(200);
  return answer.text;
}

/** How many requests were counted under these labels. */
async function counted(route: string, method: string, status: number): Promise<number> {
  const labels = `route="${route}",method="${method}",status="${String(status)}"`;
  const line = (await metrics())
    .split('\n')
    .find((text) => text.startsWith(`gms_http_request_duration_seconds_count{${labels}}`));
  return line === undefined ? 0 : Number(line.split(' ').at(-1));
}

describe('/metrics', () => {
  it("is in Prometheus's text format", async () => {
    const answer = await server.request('GET', '/metrics');
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const line of answer.text.split('\n')) {
      expect(line).toMatch(/^$|^# (HELP|TYPE) |^[a-z0-9_]+(\{.*\})? (-?[\d.e+-]+|Nan|\+Inf)$/);
    }
  });

  it('tells of the process, the sweeper, the outbox, timers, services, bookings, comet and push', async () => {
    await server.app.get(Sweeper, { strict: false }).sweepNow();
    const text = await metrics();
    for (const name of [
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
      'gms_sweeper_removed_total',
      'gms_sweeper_lag_seconds',
      'gms_sweeper_last_run_timestamp_seconds',
      'gms_outbox_effects',
      'gms_outbox_tries_total',
      'gms_timers',
      'gms_timer_lateness_seconds',
      'gms_services',
      'gms_bookings',
      'gms_comet_sessions',
      'gms_push_tries_total',
      'gms_push_deliveries',
    ]) {
      expect(text).toContain(`# TYPE ${name} `);
    }
    expect(text).toMatch(/gms_sweeper_lag_seconds\{task="storage"\} \d/);
  });
});

describe('bookings', () => {
  it('are counted by the group of their number', async () => {
    const service = '/genesys/1/service';
    const form = { _phone_number: '6504669999' };
    const { json } = await server.request('POST', `${service}/iPhoneService`, { form });
    const booked = await server.request('POST', `${service}/request-access`, {
      form: { _id: json._id, _resource_group: 'DNIS', _booking_expiration_timeout: '1800' },
    });
    expect(booked.status).toBe(200);
    await eventually(async () => {
      expect(await metrics()).toContain('gms_bookings{group="DNIS"} 1');
    }, 30_000);
  });
});

describe('values that take long to count', () => {
  it('are not counted at each scrape', async () => {
    const own = await servers.start();
    // A table that takes long to read, and counts how often somebody does.
    await databaseRows(own, 'CREATE SEQUENCE counted; ALTER TABLE service_instance RENAME TO kept');
    await databaseRows(
      own,
      `CREATE VIEW service_instance AS
       SELECT kept.* FROM kept, (SELECT nextval('counted'), pg_sleep(0.2)) slow
       UNION ALL SELECT 'a', 'a', 'a', 'a', now(), 'infinity' FROM pg_sleep(0.2), nextval('counted')`,
    );
    for (let scrape = 0; scrape < 20; scrape++) {
      const { text } = await own.request('GET', '/metrics');
      expect(text).toContain('gms_services{type="a"} 1');
    }
    const [{ last_value: counted }] = await databaseRows(own, 'SELECT last_value FROM counted');
    expect(Number(counted)).toBeLessThanOrEqual(6);
  });
});

describe('requests are counted', () => {
  it('under the pattern of their route, method and status, never under their path', async () => {
    const ids = Array.from({ length: 20 }, () => randomUUID());
    for (const id of ids) {
      expect((await server.request('GET', `/genesys/1/storage/${id}/key`)).status).toBe(404);
      await server.request('GET', `/gms-web/gms/1/storage/${id}/key/?secret=hunter2`);
    }
    expect(await counted('/genesys/1/storage/:id/:key', 'GET', 404)).toBe(40);
    const text = await metrics();
    for (const id of ids) expect(text).not.toContain(id);
    expect(text).not.toContain('hunter2');
    const buckets = text.match(/_bucket\{le="[^"]+",route="\/genesys\/1\/storage\/:id\/:key"/g);
    expect(buckets!.length).toBeGreaterThan(10);
  });

  it('as unmatched when there is no such route', async () => {
    for (const path of ['/nothing', '/genesys/1/nothing/at/all', '/wp-admin.php']) {
      expect((await server.request('GET', path)).status).toBe(404);
    }
    expect(await counted('unmatched', 'GET', 404)).toBe(3);
    expect(await metrics()).not.toContain('wp-admin');
  });

  it('as 499 when the client did not wait for the answer', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(
      'POST /genesys/1/storage/60 HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na=b',
    );
    await delay(100);
    // One that only ends its own half may still read: it is answered 400.
    socket.resetAndDestroy();
    await eventually(async () => {
      expect(await counted('/genesys/1/storage/:ttl', 'POST', 499)).toBe(1);
    });
  });
});
