import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { CustomerServicesSweep } from '../../../src/modules/customer-services/customer-services.sweep.js';
import {
  at,
  call,
  expectRefusal,
  fresh,
  read,
  rowsOf,
  startService,
  startState,
  startTask,
  succeed,
} from '../../support/customer-services.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Life: cview.expiration, ttl, expiration_time
// No sweeper comes while these tests run: what is gone is gone by itself.
const server = useTestServer({
  config: { cview: { expiration: '6s' } },
  env: { GMS_SWEEP_INTERVAL_MS: '3600000' },
});
const swept = useTestServer({ env: { GMS_SWEEP_INTERVAL_MS: '100' } });

const soon = (ms: number): string => new Date(Date.now() + ms).toISOString();

const statusOf = async (id: string): Promise<number> =>
  (await call(server, 'GET', `/services/${id}`)).status;

const gone = (id: string): Promise<void> =>
  eventually(async () => expect(await statusOf(id)).toBe(404), 8000);

interface Item {
  readonly id: string;
  readonly contact_key: string;
  readonly state: number;
  readonly task: number;
}

async function item(): Promise<Item> {
  const contact_key = fresh();
  const id = await startService(server, { contact_key });
  const state = await startState(server, id);
  const task = await startTask(server, id);
  return { id, contact_key, state, task };
}

type Call = [method: string, pathOf: (item: Item) => string, body?: unknown];

const writes: Call[] = [
  ['POST', ({ id }) => `/customers/c/services/${id}`],
  ['POST', ({ id }) => `/services/${id}/end`],
  ['POST', ({ id }) => `/services/${id}/states/start`, {}],
  ['POST', ({ id, state }) => `/services/${id}/states/${state}/end`],
  ['POST', ({ id }) => `/services/${id}/tasks/start`, {}],
  ['POST', ({ id, task }) => `/services/${id}/tasks/${task}/end`],
  ['PUT', ({ id }) => `/services/${id}/extensions/note`, null],
  ['PUT', ({ id }) => `/services/${id}/extensions/note/merge`, {}],
  ['PUT', ({ id, state }) => `/services/${id}/states/${state}/extensions/note`, 1],
  ['PUT', ({ id, state }) => `/services/${id}/states/${state}/extensions/note/merge`, {}],
  ['PUT', ({ id, task }) => `/services/${id}/tasks/${task}/extensions/note`, 1],
  ['PUT', ({ id, task }) => `/services/${id}/tasks/${task}/extensions/note/merge`, {}],
];

const idle: Call[] = [
  ['GET', ({ id }) => `/services/${id}`],
  ['GET', ({ id }) => `/services/${id}/states`],
  ['GET', ({ id, task }) => `/services/${id}/tasks/${task}`],
  ['GET', ({ contact_key }) => `/services/anonymous/${contact_key}`],
  ['POST', ({ id }) => `/services/${id}/end`, { timestamp: at(0) }],
  ['POST', ({ id }) => `/services/${id}/states/start`, { session_id: 7 }],
  ['POST', ({ id }) => `/services/${id}/states/0/end`, {}],
  ['POST', ({ id }) => `/services/${id}/states/transition`, { from: { state_id: 0 } }],
  ['POST', ({ id }) => `/services/${id}/tasks/start`, { state_id: 0 }],
  ['PUT', ({ id }) => `/services/${id}/extensions/ttl`, 1],
  ['PUT', ({ id }) => `/services/${id}`, { ttl: 0 }],
];

// They wait for lives to end, which they can do together.
describe('a life', () => {
  it.concurrent(
    'of the default length is renewed by every write, and by nothing else',
    async () => {
      const [renewed, left] = [
        await Promise.all(writes.map(() => item())),
        await Promise.all(idle.map(() => item())),
      ];
      const [moved, found] = [await item(), await item()];
      const lastStart = performance.now();
      await delay(3000);
      for (const [n, [method, pathOf, body]] of writes.entries()) {
        const answer = await call(server, method, pathOf(renewed[n]!), body);
        expect([method, pathOf(renewed[n]!), Math.floor(answer.status / 100)]).toEqual([
          ...[method, pathOf(renewed[n]!), 2],
        ]);
      }
      const body = { from: { state_id: moved.state } };
      await succeed(201, server, 'POST', `/services/${moved.id}/states/transition`, body);
      const services = [{ service: { contact_key: found.contact_key }, state: {}, task: {} }];
      await succeed(200, server, 'POST', '/services_composite/start', { services });
      for (const [n, [method, pathOf, body]] of idle.entries()) {
        await call(server, method, pathOf(left[n]!), body);
      }
      await delay(6200 - (performance.now() - lastStart));
      const statuses = (items: Item[]) => Promise.all(items.map(({ id }) => statusOf(id)));
      expect(await statuses([...renewed, moved, found])).toEqual(
        Array(writes.length + 2).fill(200),
      );
      expect(await statuses(left)).toEqual(Array(idle.length).fill(404));
    },
  );

  it.concurrent(
    'by ttl ends, and everything that is over is gone at once for every reader',
    async () => {
      const [customer_id, contact_key] = [fresh(), fresh()];
      const body = { ttl: '2', n: 1 };
      const [known, anonymous] = [
        await startService(server, { ...body, customer_id }),
        await startService(server, { ...body, contact_key }),
      ];
      const state = await startState(server, known);
      const task = await startTask(server, known);
      await gone(known);
      await gone(anonymous);
      const path = `/services/${known}`;
      for (const sub of ['/states', `/states/${state}`, '/tasks', `/tasks/${task}`]) {
        expectRefusal(await call(server, 'GET', path + sub), 404, 'ServiceNotFound');
      }
      const posts = ['/end', '/states/start', `/states/${state}/end`, `/tasks/${task}/end`];
      for (const sub of posts) {
        expectRefusal(await call(server, 'POST', path + sub, {}), 404, 'ServiceNotFound');
      }
      const puts = ['', '/extensions/n', '/extensions/n/merge', `/states/${state}/extensions/n`];
      for (const sub of puts) {
        expectRefusal(await call(server, 'PUT', path + sub, { ttl: 60 }), 404, 'ServiceNotFound');
      }
      expectRefusal(await call(server, 'POST', `/customers/c${path}`), 404, 'ServiceNotFound');
      expectRefusal(await call(server, 'DELETE', path), 404, 'ServiceNotFound');
      expect(await read(server, `/customers/${customer_id}/services`)).toEqual([]);
      expect(await read(server, `/services/anonymous/${contact_key}/active`)).toEqual([]);
      const services = [{ service: { customer_id }, state: {} }];
      const again = await succeed(200, server, 'POST', '/services_composite/start', { services });
      expect(again.json.services[0].service).toMatchObject({ created: true });
      // The sweeper has not been here.
      expect(await rowsOf(server, known)).toEqual({ services: 1, states: 1, tasks: 1 });
    },
  );

  it.concurrent('is not moved by later writes', async () => {
    const id = await startService(server, { contact_key: fresh(), ttl: 2 });
    await delay(500);
    await startState(server, id);
    await succeed(204, server, 'POST', `/customers/c/services/${id}`, { note: 1 });
    await delay(1600);
    expect(await statusOf(id)).toBe(404);
  });

  it.concurrent(
    'outlasts the default, by ttl, expiration_time and PUT, whatever is written then',
    async () => {
      const long = { expiration_time: '2100-01-01T00:00:00+02:00' };
      const contact_key = fresh();
      const ids = [
        await startService(server, { contact_key, ttl: 2147483647 }),
        await startService(server, { contact_key, ...long }),
        await startService(server, { contact_key, ttl: 4 }),
        await startService(server, { contact_key }),
        await startService(server, { contact_key }),
        await startService(server, { contact_key, ...long, ttl: 600 }),
      ];
      const put = await succeed(200, server, 'PUT', `/services/${ids[2]}`, { ttl: 60 });
      expect(put.text).toBe('');
      await succeed(200, server, 'PUT', `/services/${ids[3]}`, long);
      await succeed(204, server, 'POST', `/customers/c/services/${ids[4]}`, { ttl: 60 });
      for (const id of ids) await startTask(server, id);
      await delay(6300);
      for (const id of ids) expect([id, await statusOf(id)]).toEqual([id, 200]);
    },
  );

  it.concurrent('is cut short by PUT and by association', async () => {
    const body = () => ({ contact_key: fresh(), ttl: 600 });
    const ids = [await startService(server, body()), await startService(server, body())];
    const third = await startService(server, body());
    await succeed(200, server, 'PUT', `/services/${ids[0]}`, { ttl: 1 });
    await succeed(204, server, 'POST', `/customers/c/services/${ids[1]}`, { ttl: 1 });
    await succeed(200, server, 'PUT', `/services/${third}`, { expiration_time: soon(1000) });
    await Promise.all([...ids, third].map(gone));
  });

  it.concurrent('by ttl wins over expiration_time', async () => {
    const contact_key = fresh();
    const short = await startService(server, { contact_key, ttl: 1, expiration_time: soon(9e5) });
    const long = await startService(server, { contact_key, ttl: 900, expiration_time: soon(700) });
    const put = await startService(server, { contact_key });
    const both = { ttl: 1, expiration_time: soon(9e5) };
    await succeed(200, server, 'PUT', `/services/${put}`, both);
    await gone(short);
    await gone(put);
    expect(await statusOf(long)).toBe(200);
  });

  it.concurrent('of a composite start is that of what it makes', async () => {
    const services = [{ service: { contact_key: fresh(), ttl: 1 }, state: {}, task: {} }];
    const made = await succeed(200, server, 'POST', '/services_composite/start', { services });
    const id = made.json.services[0].service.service_id;
    expect(await statusOf(id)).toBe(200);
    await gone(id);
  });
});

describe('the sweeper', () => {
  it('removes the rows of what is over, and of nothing else', async () => {
    const body = { contact_key: fresh(), ttl: 2 };
    const id = await startService(swept, body);
    const other = await startService(swept, { ...body, ttl: undefined });
    for (const each of [id, other]) {
      await startState(swept, each);
      await startTask(swept, each);
    }
    expect(await rowsOf(swept, id)).toEqual({ services: 1, states: 1, tasks: 1 });
    await eventually(async () => {
      expect(await rowsOf(swept, id)).toEqual({ services: 0, states: 0, tasks: 0 });
    });
    expect(await rowsOf(swept, other)).toEqual({ services: 1, states: 1, tasks: 1 });
  });
});

describe('a service with very many states and tasks', () => {
  it('is removed in batches, states and tasks first', async () => {
    const many = await startService(server, { contact_key: fresh(), ttl: 1 });
    for (let count = 0; count < 12; count++) await startState(server, many);
    for (let count = 0; count < 3; count++) await startTask(server, many);
    await gone(many);
    const sweep = server.app.get(CustomerServicesSweep, { strict: false });
    let before = 12;
    for (let hasMore: boolean | undefined = true; hasMore === true;) {
      ({ hasMore } = await sweep.sweepBatch(5));
      const { services, states } = (await rowsOf(server, many)) as Record<string, number>;
      expect(before - states!).toBeLessThanOrEqual(5);
      if (states! > 0) expect(services).toBe(1);
      before = states!;
    }
    expect(await rowsOf(server, many)).toEqual({ services: 0, states: 0, tasks: 0 });
  });
});

describe('writes that had to wait for others', () => {
  it('are stamped when their turn came, and auto-completion counts from there', async () => {
    const own = { auto_complete_after: 100 };
    const start = () => startService(server, { contact_key: fresh(), ...own, ttl: 1000 });
    const [ended, going, moved] = [await start(), await start(), await start()];
    const [state, from] = [await startState(server, going), await startState(server, moved)];
    const contact_key = fresh();
    const lock = new Client({ connectionString: server.databaseUrl });
    await lock.connect();
    try {
      await lock.query('BEGIN; LOCK TABLE cs_service, cs_state, cs_task IN EXCLUSIVE MODE');
      const transition = { from: { state_id: from }, to: {} };
      const service = { contact_key, ...own };
      const waiting = [
        succeed(204, server, 'POST', `/services/${ended}/end`, {}),
        succeed(204, server, 'POST', `/services/${going}/states/${state}/end`, {}),
        succeed(201, server, 'POST', `/services/${moved}/states/transition`, transition),
        succeed(201, server, 'POST', `/services/${moved}/tasks/start`, {}),
        succeed(200, server, 'POST', '/services_composite/start', {
          services: [{ service, state: {}, task: {} }],
        }),
      ];
      await eventually(async () => {
        const { rows } = await lock.query(
          `SELECT count(*)::int FROM pg_locks WHERE NOT granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
        expect(rows[0].count).toBe(waiting.length);
      });
      const { rows } = await lock.query(
        `SELECT date_trunc('milliseconds', clock_timestamp()) AS at`,
      );
      await lock.query('COMMIT');
      await Promise.all(waiting);
      const stamps = await lock.query(
        `SELECT least((SELECT completed_at FROM cs_service WHERE id = $1),
                      (SELECT completed_at FROM cs_state WHERE service_id = $2),
                      (SELECT min(completed_at) FROM cs_state WHERE service_id = $3),
                      (SELECT max(started_at) FROM cs_state WHERE service_id = $3),
                      (SELECT started_at FROM cs_task WHERE service_id = $3),
                      (SELECT started_at FROM cs_service WHERE contact_key = $4)) AS first,
                (SELECT min(auto_complete_at) FROM cs_service
                  WHERE id IN ($1, $2, $3) OR contact_key = $4) AS completes`,
        [ended, going, moved].map((id) => id.slice(4)).concat(contact_key),
      );
      const { first, completes } = stamps.rows[0];
      expect(first.getTime()).toBeGreaterThanOrEqual(rows[0].at.getTime());
      expect(completes.getTime()).toBeGreaterThanOrEqual(Number(rows[0].at) + 100_000);
    } finally {
      await lock.end();
    }
  });
});

describe('section cview (decisions, Section cview)', () => {
  it.each(['1s', '90m', '12h', '7d', '2w', '6m', '5y', '100y'])('takes %s', async (expiration) => {
    const path = '/genesys/1/admin/config/sections/cview';
    const answer = await swept.request('PUT', path, { json: { expiration } });
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    const id = await startService(swept);
    expect((await call(swept, 'GET', `/services/${id}`)).status).toBe(200);
  });

  it.each<[string, unknown]>([
    ...['w', '2', '0d', '-1d', '1.5d', '2W', '2 w', '2x', '101y', '2ww', '1w2d'].map(
      (value): [string, unknown] => ['expiration', value],
    ),
    ['auto-complete-after', -1],
    ['auto-complete-after', 'soon'],
    ['auto-complete-after', 1.5],
    ['use-role', 'perhaps'],
  ])('refuses %s %j', async (name, value) => {
    const path = '/genesys/1/admin/config/sections/cview';
    const answer = await swept.request('PUT', path, { json: { [name]: value } });
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidConfiguration']);
    expect(answer.json.message).toContain(name);
  });
});
