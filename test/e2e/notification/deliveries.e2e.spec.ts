import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { startDatabaseProxy } from '../../support/database-proxy.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { hang, breakOff, useHttpSink, withHeaders } from '../../support/http-sink.js';
import {
  base,
  callback,
  deliveries,
  ledger,
  publish,
  putSection,
  subscribe,
} from '../../support/notification.js';
import { useServers, useTestServer } from '../../support/use-servers.js';

const options = {
  config: {
    security: { allowed_callback_networks: ['127.0.0.1'] },
    gms: { 'http.socket_timeout': 2, 'http.max_connections_per_route': 3 },
    push: { publish_mode: 'async', max_attempts: 3 },
  },
  env: { GMS_SWEEP_INTERVAL_MS: '200' },
};
const server = useTestServer(options);
const servers = useServers();
const sink = useHttpSink();
const slowSink = useHttpSink();

beforeEach(async () => {
  await server.request('DELETE', `${base}/subscription/subscriber/A1`);
});

/** The one delivery of a tag, once it is as expected. */
async function ends(tag: string, expected: object): Promise<any> {
  await eventually(async () => {
    expect(await deliveries(server, `tag=${tag}`)).toMatchObject([expected]);
  }, 15_000);
  return (await deliveries(server, `tag=${tag}`))[0];
}

describe('a delivery', () => {
  it.each<[string, Parameters<typeof sink.answer>[1], string]>([
    ['500', 500, 'Status500'],
    ['503', 503, 'Status503'],
    ['429', 429, 'Status429'],
    ['a connection that breaks off', breakOff, 'ConnectionLost'],
    ['no answer in time', hang, 'AnswerTimeout'],
  ])('that failed with %s is tried again, with the same id', async (_, answer, code) => {
    const tag = `heals.${code}`;
    await subscribe(server, callback(`${sink.url}/${tag}`, tag));
    sink.answer(`/${tag}`, answer, 200);
    expect((await publish(server, { tag, message: 'm' })).status).toBe(200);
    const delivery = await ends(tag, { state: 'delivered', attempts: 2, code });
    const ids = sink.at(`/${tag}`).map(({ headers }) => headers['x-gms-message-id']);
    expect(ids).toEqual([delivery.messageId, delivery.messageId]);
  });

  it.each([201, 204, 400, 401, 404, 410, 413])(
    'that was answered %i is dead at once',
    async (status) => {
      const tag = `dead.${status}`;
      await subscribe(server, callback(`${sink.url}/${tag}`, tag));
      sink.answer(`/${tag}`, status);
      await publish(server, { tag });
      await ends(tag, { state: 'dead', attempts: 1, code: `Status${status}`, dueAt: null });
    },
  );

  it('that cannot be read once it is claimed is given back at once', async () => {
    const proxy = await startDatabaseProxy((await servers.database()).url);
    const behind = await servers.start({ ...options, database: proxy });
    try {
      await subscribe(behind, callback(`${sink.url}/broken`, 'broken'));
      sink.answer('/broken', 503, 200);
      const broken = proxy.breakAt('notification.findEvents');
      await publish(behind, { tag: 'broken', message: 'm' });
      await broken;
      await eventually(async () => {
        expect(await deliveries(behind, 'tag=broken')).toMatchObject([{ state: 'delivered' }]);
      }, 15_000);
      // Two for each of three claims; one whose lease ran out would have one.
      expect(await databaseRows(behind, 'SELECT claims FROM push_delivery')).toEqual([
        { claims: 6 },
      ]);
    } finally {
      await behind.close();
      await proxy.close();
    }
  });

  it('is dead after push.max_attempts', async () => {
    await subscribe(server, callback(`${sink.url}/never`, 'never'));
    sink.answer('/never', 500);
    await publish(server, { tag: 'never' });
    await ends('never', { state: 'dead', attempts: 3, code: 'Status500', reason: 'answered 500' });
    expect(sink.at('/never')).toHaveLength(3);
  });

  it('waits as long as Retry-After asks', async () => {
    await subscribe(server, callback(`${sink.url}/later`, 'later'));
    sink.answer('/later', withHeaders(503, { 'Retry-After': '120' }));
    await publish(server, { tag: 'later' });
    const { dueAt } = await ends('later', { state: 'pending', attempts: 1 });
    expect(Date.parse(dueAt) - Date.now()).toBeGreaterThan(100_000);
  });

  it('expires with its subscription', async () => {
    await subscribe(server, callback(`${sink.url}/expires`, 'expires', { expire: 1 }));
    sink.answer('/expires', withHeaders(503, { 'Retry-After': '120' }));
    await publish(server, { tag: 'expires' });
    await ends('expires', { state: 'expired', attempts: 1, code: 'Status503' });
  });

  it('expires when its subscription is deleted', async () => {
    const id = await subscribe(server, callback(`${sink.url}/deleted`, 'deleted'));
    sink.answer('/deleted', withHeaders(503, { 'Retry-After': '120' }));
    await publish(server, { tag: 'deleted' });
    await ends('deleted', { state: 'pending', attempts: 1 });
    await server.request('DELETE', `${base}/subscription/${id}`);
    await ends('deleted', { state: 'expired', code: 'Deleted' });
  });

  it('to one device alone is tried for ten minutes', async () => {
    sink.answer('/direct', 500);
    const notificationDetails = { type: 'httpcb', deviceId: `${sink.url}/direct` };
    await publish(server, { tag: 'tried.direct', notificationDetails });
    const { createdAt, expiresAt } = await ends('tried.direct', { attempts: 1 });
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(600_000);
  });

  it('follows redirects to allowed hosts, at most three', async () => {
    await subscribe(server, callback(`${sink.url}/r0`, 'redirected'));
    for (const [at, status] of [301, 302, 308].entries()) {
      sink.answer(`/r${at}`, withHeaders(status, { Location: `${slowSink.url}/r${at + 1}` }));
      slowSink.answer(`/r${at}`, withHeaders(status, { Location: `/r${at + 1}` }));
    }
    await publish(server, { tag: 'redirected', message: 'm' });
    await ends('redirected', { state: 'delivered', attempts: 1 });
    expect(slowSink.at('/r3')).toMatchObject([{ method: 'POST', body: 'm' }]);
    slowSink.answer('/r3', withHeaders(307, { Location: '/r4' }));
    await subscribe(server, callback(`${sink.url}/r0`, 'redirected.more'));
    await publish(server, { tag: 'redirected.more', message: 'm' });
    await ends('redirected.more', { state: 'dead', attempts: 1, code: 'TooManyRedirects' });
  });

  it.each(['http://10.0.0.1/', 'http://[::1]:9/', 'http://localhost.:25/', 'ftp://127.0.0.1/'])(
    'is dead at once when a redirect leads to %s',
    async (location) => {
      const tag = `led.${Buffer.from(location).toString('hex')}`;
      await subscribe(server, callback(`${sink.url}/${tag}`, tag));
      sink.answer(`/${tag}`, withHeaders(307, { Location: location }));
      await publish(server, { tag });
      await ends(tag, { state: 'dead', attempts: 1, code: 'ForbiddenTarget' });
    },
  );
});

describe('a slow or dead host', () => {
  it('delays nobody else, and gets no more than its share of connections', async () => {
    let open = 0;
    let most = 0;
    slowSink.answer('/', (response) => {
      open++;
      most = Math.max(most, open);
      response.on('close', () => open--);
    });
    await subscribe(server, callback(`${slowSink.url}/`, 'shared.*'));
    await subscribe(server, callback(`${sink.url}/fast`, 'shared.*'));
    for (let count = 0; count < 10; count++) await publish(server, { tag: `shared.${count}` });
    await eventually(() => expect(sink.at('/fast')).toHaveLength(10));
    expect(slowSink.at('/').length).toBeLessThanOrEqual(3);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('is left alone for a while after five failures in a row, then asked again', async () => {
    await subscribe(server, callback(`${slowSink.url}/down`, 'down.*', { expire: 60 }));
    slowSink.answer('/down', 500);
    for (let count = 0; count < 5; count++) await publish(server, { tag: `down.${count}` });
    await eventually(async () => {
      const { text } = await server.request('GET', '/metrics');
      expect(text).toMatch(/^gms_push_node_paused_providers [1-9]/m);
    });
    slowSink.answer('/down', 200);
    await eventually(async () => {
      const all = (await deliveries(server)).filter(({ tag }) => tag.startsWith('down.'));
      expect(all.map(({ state }) => state)).toEqual(Array(5).fill('delivered'));
    }, 15_000);
  });
});

describe('one URL of a host', () => {
  it('that fails keeps no other from being called', async () => {
    await subscribe(server, callback(`${sink.url}/bad`, 'url.bad'));
    await subscribe(server, callback(`${sink.url}/good`, 'url.good'));
    sink.answer('/bad', withHeaders(503, { 'Retry-After': '1' }));
    for (let count = 0; count < 20; count++) await publish(server, { tag: 'url.bad' });
    await eventually(async () => {
      const { text } = await server.request('GET', '/metrics');
      expect(text).toMatch(/^gms_push_node_paused_providers [1-9]/m);
    });
    const [waiting] = await deliveries(server, 'tag=url.bad&state=pending');
    // Were the whole host paused it would be counted as failed.
    await putSection(server, 'push', { publish_mode: 'sync', max_attempts: 3 });
    expect((await publish(server, { tag: 'url.good' })).status).toBe(200);
    await putSection(server, 'push', { publish_mode: 'async', max_attempts: 3 });
    expect(waiting).toMatchObject({ state: 'pending' });
  });

  it('that does not answer holds up no other, nor do two of them all connections', async () => {
    const held: ServerResponse[] = [];
    for (const path of ['/held', '/held2']) {
      sink.answer(path, (response) => held.push(response));
      await subscribe(server, callback(`${sink.url}${path}`, 'url.held'));
    }
    await subscribe(server, callback(`${sink.url}/free`, 'url.free'));
    for (let count = 0; count < 30; count++) await publish(server, { tag: 'url.held' });
    await eventually(() => expect(held.length).toBe(2));
    await publish(server, { tag: 'url.free' });
    await eventually(() => expect(sink.at('/free')).toHaveLength(1));
    // Had it waited for room, some of those would have come to an end before.
    expect(held.filter(({ destroyed }) => destroyed)).toEqual([]);
    expect(held).toHaveLength(2);
    for (const path of ['/held', '/held2']) sink.answer(path, 200);
    for (const response of held) response.writeHead(200).end();
    await eventually(async () => {
      expect(await deliveries(server, 'tag=url.held&state=pending')).toEqual([]);
    }, 15_000);
    const calls = [...sink.at('/held'), ...sink.at('/held2')];
    const ids = new Set(calls.map(({ headers }) => headers['x-gms-message-id']));
    expect(ids.size).toBe(60);
  });
});

describe('the ledger', () => {
  it('balances: accepted = delivered + pending + dead + expired', async () => {
    const before = await ledger(server);
    await subscribe(server, callback(`${sink.url}/good`, 'booked'));
    await subscribe(server, callback(`${sink.url}/bad`, 'booked'));
    await subscribe(server, callback(`${sink.url}/wait`, 'booked'));
    sink.answer('/bad', 404);
    sink.answer('/wait', withHeaders(503, { 'Retry-After': '100' }));
    await publish(server, { tag: 'booked' });
    await eventually(async () => {
      const after = await ledger(server);
      const grown = Object.entries(after).map(([state, count]) => [state, count - before[state]!]);
      expect(Object.fromEntries(grown)).toMatchObject({ accepted: 3, delivered: 1, dead: 1 });
      expect(after.accepted).toBe(after.delivered! + after.pending! + after.dead! + after.expired!);
    });
  });

  it('balances over a sweep of what ended long ago', async () => {
    await subscribe(server, callback(`${sink.url}/old`, 'old'));
    await publish(server, { tag: 'old' });
    await ends('old', { state: 'delivered' });
    await databaseRows(
      server,
      `UPDATE push_delivery SET ended_at = ended_at - interval '30 days' WHERE ended_at IS NOT NULL`,
    );
    await databaseRows(server, `UPDATE push_event SET keep_until = now() - interval '1 second'`);
    const [{ accepted }] = (await databaseRows(
      server,
      `SELECT sum(accepted)::int AS accepted FROM (
         SELECT accepted FROM push_event
          UNION ALL SELECT count FROM push_ledger WHERE state = 'accepted') booked`,
    )) as [{ accepted: number }];
    await eventually(async () => expect(await deliveries(server, 'tag=old')).toEqual([]));
    await eventually(async () => {
      const rows = await databaseRows(server, `SELECT FROM push_event WHERE tag = 'old'`);
      expect(rows).toEqual([]);
    });
    // What counting costs is spared: the metric may be some moments old.
    await eventually(async () => {
      const book = await ledger(server);
      expect(book.accepted).toBe(accepted);
      expect(accepted).toBe(book.delivered! + book.pending! + book.dead! + book.expired!);
    });
  });
});

describe('GET /notification/deliveries', () => {
  it('lists the newest first, as narrowed', async () => {
    const id = await subscribe(server, callback(`${sink.url}/listed`, 'listed.*'));
    for (const tag of ['listed.1', 'listed.2']) {
      await publish(server, { tag });
      await ends(tag, { state: 'delivered' });
    }
    const [newest, older] = await deliveries(server, `subscription=${id}`);
    expect([newest.tag, older.tag]).toEqual(['listed.2', 'listed.1']);
    expect(newest).toMatchObject({
      ...{ type: 'httpcb', deviceId: `${sink.url}/listed`, state: 'delivered', attempts: 1 },
      ...{ code: null, reason: null, dueAt: null, endedAt: expect.any(String) },
    });
    expect(await deliveries(server, `event=${newest.event}`)).toEqual([newest]);
    expect(await deliveries(server, 'type=HTTPCB&state=delivered&limit=1')).toEqual([newest]);
    expect(await deliveries(server, `subscription=${id}&state=dead`)).toEqual([]);
  });

  it('finds what thousands of others came after', async () => {
    const id = await subscribe(server, callback(`${sink.url}/found`, 'found.*'));
    sink.answer('/found', 200, 404, withHeaders(503, { 'Retry-After': '100' }));
    for (const tag of ['found.delivered', 'found.dead', 'found.pending']) {
      await publish(server, { tag });
      await eventually(async () => {
        expect(await deliveries(server, `tag=${tag}`)).toMatchObject([{ attempts: 1 }]);
      });
    }
    const [{ event }] = await deliveries(server, 'tag=found.dead');
    // Of another device, and ended: nobody is called for them.
    await databaseRows(
      server,
      `WITH event AS (
         INSERT INTO push_event (id, tag, message, localized, arguments, accepted, keep_until)
         VALUES (gen_random_uuid(), 'filler', '', false, '{}', 6000, now() + interval '1 hour')
         RETURNING id)
       INSERT INTO push_delivery
         (event_id, type, device_id, debug, lane, state, due_at, expires_at, ended_at)
       SELECT id, 'httpcb', 'x', false, 'filler', 'delivered', now(), now() + interval '1 hour', now()
         FROM event, generate_series(1, 6000)`,
    );
    const tagsOf = async (query: string) =>
      (await deliveries(server, query)).map(({ tag }) => tag).filter((tag) => /^found/.test(tag));
    const all = ['found.pending', 'found.dead', 'found.delivered'];
    expect(await tagsOf(`subscription=${id}`)).toEqual(all);
    expect(await tagsOf(`subscription=${id}&state=pending`)).toEqual(['found.pending']);
    expect(await tagsOf('tag=found.delivered')).toEqual(['found.delivered']);
    expect(await tagsOf(`event=${event}&type=httpcb`)).toEqual(['found.dead']);
    expect(await tagsOf('state=dead')).toEqual(['found.dead']);
    expect(await tagsOf('state=pending&limit=1')).toEqual(['found.pending']);
    expect(await tagsOf('tag=found.pending&state=expired')).toEqual([]);
    await server.request('DELETE', `${base}/subscription/${id}`);
    expect(await tagsOf('state=expired&limit=1')).toEqual(['found.pending']);
    expect((await deliveries(server, 'tag=filler&limit=7')).length).toBe(7);
  });

  it.each(['limit=0', 'event=x', 'subscription=1', 'tag=a.*', 'type=smoke', 'state=lost'])(
    'refuses %s',
    async (query) => {
      const answer = await server.request('GET', `${base}/deliveries?${query}`);
      expect([answer.status, answer.json]).toEqual([
        400,
        {
          exception: 'InvalidParameter',
          message: expect.stringMatching(new RegExp(`^${query.split('=')[0]} takes `)),
        },
      ]);
    },
  );
});
