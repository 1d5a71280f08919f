import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { StorageSweep } from '../../../src/modules/storage/storage.sweep.js';
import { stored } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { useServers, useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Storage API; Ids, time, users
const servers = useServers();
const server = useTestServer({ env: { GMS_SWEEP_INTERVAL_MS: '50' } });
const storage = '/genesys/1/storage';
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('concurrent updates of one area', () => {
  it('all land, and each is atomic', async () => {
    const { json } = await server.request('POST', `${storage}/60`, { form: { start: '1' } });
    const update = (writer: number) =>
      server.request('POST', `${storage}/${json.id}/60`, {
        form: { [`own${writer}`]: 'x', shared1: String(writer), shared2: String(writer) },
      });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, writer) => update(writer)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const all = (await server.request('GET', `${storage}/${json.id}`)).json;
    expect(Object.keys(all)).toHaveLength(43);
    expect(all.shared1).toBe(all.shared2);
  });

  it('never exceed max_keys together', async () => {
    const { json } = await server.request('POST', `${storage}/60`, { form: { start: '1' } });
    const update = (writer: number) =>
      server.request('POST', `${storage}/${json.id}/60`, {
        form: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${writer}-${i}`, 'v'])),
      });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, writer) => update(writer)));
    const landed = answers.filter(({ status }) => status === 200).length;
    expect(landed).toBe(3);
    const all = (await server.request('GET', `${storage}/${json.id}`)).json;
    expect(Object.keys(all)).toHaveLength(1 + landed * 300);
  });
});

describe('storage.allow_client_ids', () => {
  it('creates the area under the id that an update names; twenty at once make one', async () => {
    const own = await servers.start({ config: { storage: { allow_client_ids: true } } });
    const update = (n: number) =>
      own.request('POST', `${storage}/client-1/60`, { form: { [`k${n}`]: 'v' } });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => update(n)));
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(
      Array(20).fill('200 {}'),
    );
    const all = (await own.request('GET', `${storage}/client-1`)).json;
    expect(Object.keys(all)).toHaveLength(20);
    const badId = await own.request('POST', `${storage}/a%20b/60`, { form: { a: 'b' } });
    expect([badId.status, badId.json.exception]).toEqual([400, 'InvalidParameter']);
  });

  it('does not open custom areas to others', async () => {
    const own = await servers.start({ config: { storage: { allow_client_ids: true } } });
    await own.request('POST', `${storage}/custom/kates/60`, {
      form: { a: '1' },
      headers: { gms_user: 'kate' },
    });
    const other = await own.request('POST', `${storage}/kates/60`, { form: { a: '2' } });
    expect([other.status, other.json.exception]).toEqual([404, 'StorageNotFound']);
  });
});

describe('the sweeper', () => {
  it('removes what has expired from the database, keys before areas that live on', async () => {
    const short = await server.request('POST', `${storage}/1`, { form: { a: '1', b: '2' } });
    const long = await server.request('POST', `${storage}/60`, { form: { a: '1' } });
    await server.request('POST', `${storage}/${long.json.id}/1`, { form: { b: '2' } });
    await sleep(1500);
    const client = new Client({ connectionString: server.databaseUrl });
    await client.connect();
    try {
      const count = async (sql: string) => Number((await client.query(sql)).rows[0].count);
      const entries = `SELECT count(*) FROM storage_entry WHERE area_id = `;
      expect(await count(`${entries} '${short.json.id}'`)).toBe(0);
      expect(await count(`${entries} '${long.json.id}'`)).toBe(1);
      expect(await count(`SELECT count(*) FROM storage_area WHERE id = '${short.json.id}'`)).toBe(
        0,
      );
    } finally {
      await client.end();
    }
    expect((await server.request('GET', `${storage}/${long.json.id}`)).json).toEqual({ a: '1' });
  });

  it('takes of an area with many keys or large files no more at once than it may', async () => {
    const own = await servers.start({ env: { GMS_SWEEP_INTERVAL_MS: '3600000' } });
    const form = Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`key${n}`, 'v']));
    await own.request('POST', `${storage}/1`, { form });
    const value = Buffer.alloc(30_000, 'x');
    const files = Array.from({ length: 3 }, (_, n) => ({ name: `f${n}`, fileName: 'f', value }));
    const kept = await own.request('POST', `${storage}/60`, { form: { a: 'b' } });
    await own.request('POST', `${storage}/${kept.json.id}/1`, { multipart: files });
    await sleep(1500);
    const sweep = own.app.get(StorageSweep, { strict: false });
    const left: number[] = [];
    for (let hasMore: boolean | undefined = true; hasMore === true;) {
      ({ hasMore } = await sweep.sweepBatch(10));
      left.push(((await stored(own)) as { entries: number }).entries);
    }
    // Of the area ten keys a batch; of files, which weigh 16 each, one a batch.
    expect(left).toEqual([19, 9, 3, 2, 1]);
    expect(await stored(own)).toEqual({ areas: 1, entries: 1 });
  });

  it('never takes a key that an update has just renewed', async () => {
    const ids = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const created = await server.request('POST', `${storage}/1`, { form: { a: '0' } });
        return created.json.id as string;
      }),
    );
    const renewed = await Promise.all(
      ids.map(async (id, index) => {
        await sleep(900 + index * 7);
        const { status } = await server.request('POST', `${storage}/${id}/60`, {
          form: { a: '1' },
        });
        return { id, status };
      }),
    );
    await sleep(500);
    for (const { id, status } of renewed) {
      const read = await server.request('GET', `${storage}/${id}/a`);
      expect([id, read.status]).toEqual([id, status]);
    }
  });
});

describe('a row that another session of the database keeps locked', () => {
  it('costs whoever needs it a 503, and nobody a connection', async () => {
    const own = await servers.start();
    const { json } = await own.request('POST', `${storage}/60`, { form: { a: '1' } });
    const locker = new Client({ connectionString: own.databaseUrl });
    await locker.connect();
    try {
      await locker.query('BEGIN');
      await locker.query('SELECT FROM storage_area WHERE id = $1 FOR UPDATE', [json.id]);
      // More than there are connections.
      const updates = Array.from({ length: 20 }, () =>
        own.request('POST', `${storage}/${json.id}/60`, { form: { a: '2' }, timeout: 40_000 }),
      );
      for (const { status, headers, json: error } of await Promise.all(updates)) {
        expect([status, error.exception]).toEqual([503, 'DatabaseUnavailable']);
        expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
      }
      await eventually(async () => {
        const { rows } = await locker.query(
          `SELECT count(*)::int AS count FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(rows).toEqual([{ count: 0 }]);
      }, 15_000);
      const other = await own.request('POST', `${storage}/60`, { form: { a: '3' } });
      expect(other.status).toBe(200);
    } finally {
      await locker.end();
    }
    const read = await own.request('GET', `${storage}/${json.id}/a`);
    expect(read.text).toBe('1');
  }, 60_000);
});
