import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { databaseRows } from '../../support/database-rows.js';
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';
import type { SpawnedServer } from '../../support/spawned-server.js';
import type { TestDatabase } from '../../support/test-database.js';
import { useServers } from '../../support/use-servers.js';
import { removeServices, storeMany } from './stored-services.js';
import { readStream, unchunked } from './stream-reader.js';

// docs/operations/context-services-maintenance.md: streamed in constant memory, each audited
const servers = useServers();
let database: TestDatabase;
let proxy: DatabaseProxy;
let server: SpawnedServer;

beforeAll(async () => {
  database = await servers.database();
  proxy = await startDatabaseProxy(database.url);
  server = await servers.spawn({ database: proxy });
});
afterAll(() => proxy.close());

const direct = () => ({ databaseUrl: database.url });
beforeEach(() => removeServices(direct()));

const base = '/genesys/1/cs/maintenance';
const wholeServices = `${base}/services/stream?time_from=2026-01-01T00:00:00Z&export_content=true`;

const auditOf = async (): Promise<any> => {
  const [row] = await databaseRows(
    direct(),
    'SELECT services::int, outcome FROM cs_maintenance_audit ORDER BY id DESC LIMIT 1',
  );
  return row;
};

/** What the server holds at its database beside the connections that wait for work. */
const busyConnections = async (): Promise<number> => {
  const [row] = await databaseRows(
    direct(),
    `SELECT count(*)::int FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
        AND backend_type = 'client backend' AND query NOT ILIKE '%cs_maintenance_audit%'`,
  );
  return row.count as number;
};

/** Bytes in RAM. */
async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

describe('a client that stops reading', () => {
  /** 60 MB as they are streamed. */
  const large = { count: 6000, extra: 'ten bytes '.repeat(1000) };

  it('holds one batch and no connection; others are served; it gets all when it reads on', async () => {
    await storeMany(direct(), large.count, large);
    // Once to its end, so that the code is warm and the memory has been asked for.
    await readStream(server.url, `${wholeServices}&time_to=2026-01-01T00:00:01Z`).readToEnd();
    const before = await residentBytes();
    const readers = Array.from({ length: 3 }, () => readStream(server.url, wholeServices));
    for (const reader of readers) await reader.stopAfter(1000);
    await eventually(async () => expect(await busyConnections()).toBe(0));
    const [{ services }, growth] = [await auditOf(), (await residentBytes()) - before];
    expect(services).toBeLessThan(large.count / 3);
    expect(growth / 1024 ** 2).toBeLessThan(64);
    expect((await server.request('GET', '/genesys/1/node')).status).toBe(200);
    const ids = await server.request('GET', wholeServices.replace('true', 'false'));
    expect(ids.json).toHaveLength(large.count);

    for (const reader of readers.slice(1)) reader.leave();
    const { body, isWhole } = unchunked(await readers[0]!.readToEnd());
    expect(isWhole).toBe(true);
    const whole = JSON.parse(body) as any[];
    expect(new Set(whole.map(({ service_id }) => service_id)).size).toBe(large.count);
  });

  it('ends the reading when it goes away; the audit says so', async () => {
    await storeMany(direct(), large.count, large);
    const reader = readStream(server.url, wholeServices);
    await reader.stopAfter(1000);
    reader.leave();
    await eventually(async () =>
      expect(await auditOf()).toEqual({ services: expect.any(Number), outcome: 'aborted' }),
    );
    expect((await auditOf()).services).toBeLessThan(large.count);
  });
});

describe('a fault', () => {
  it('before the first byte is answered as one', async () => {
    await proxy.cut();
    try {
      for (const [method, path, options] of [
        ['GET', wholeServices, {}],
        ['POST', `${base}/services/files?time_from=2026-01-01T00:00:00Z`, {}],
        [
          'POST',
          `${base}/purge`,
          { json: { limit: '2026-01-01T00:00:00Z', operation: 'purge.service.all' } },
        ],
      ] as const) {
        const answer = await server.request(method, path, options);
        expect([path, answer.status, answer.json.exception]).toEqual([
          ...[path, 503, 'DatabaseUnavailable'],
        ]);
      }
    } finally {
      await proxy.open();
    }
    await eventually(async () =>
      expect((await server.request('GET', wholeServices)).text).toBe('[]'),
    );
  });

  it('after it cuts the array short, visibly, and is logged', async () => {
    await storeMany(direct(), 6000, { extra: 'ten bytes '.repeat(1000) });
    const reader = readStream(server.url, wholeServices);
    await reader.stopAfter(1000);
    await databaseRows(direct(), 'ALTER TABLE cs_task RENAME TO cs_task_away');
    try {
      const { body, isWhole } = unchunked(await reader.readToEnd());
      expect(isWhole).toBe(false);
      expect(body.startsWith('[{"service_id":')).toBe(true);
      expect(() => JSON.parse(body) as unknown).toThrow();
      await eventually(async () => expect((await auditOf()).outcome).toBe('failed'));
      expect(server.output()).toContain('maintenance of services failed');
    } finally {
      await databaseRows(direct(), 'ALTER TABLE cs_task_away RENAME TO cs_task');
    }
  });
});

describe('files of a server that cannot write on (half-written is nothing)', () => {
  it.each(['json', 'csv'])('%s: none is left, and the error names no path', async (format) => {
    const limited = await servers.spawn();
    await storeMany(limited, 3000, { extra: 'x'.repeat(500) });
    // The process may make no file larger than that, as if the disk were full.
    const set = spawnSync('prlimit', ['--pid', String(limited.pid), '--fsize=1000000']);
    expect([set.status, set.stderr?.toString()]).toEqual([0, '']);
    const answer = await limited.request('POST', `${base}/services/files`, {
      json: { time_from: '2026-01-01T00:00:00Z', export_content: true, format },
    });
    expect([answer.status, answer.json]).toEqual([
      500,
      { exception: 'ExportFailed', message: 'the export was given up: writing failed' },
    ]);
    expect((await limited.request('GET', `${base}/files`)).json).toEqual([]);
    const audit = (await limited.request('GET', `${base}/audit`)).json as any[];
    expect(audit[0]).toMatchObject({ operation: 'files', outcome: 'failed' });
    expect(limited.output()).toContain('EFBIG');
    const small = await limited.request('POST', `${base}/services/files`, {
      json: { time_from: '2027-01-01T00:00:00Z', format },
    });
    expect(small.json.created).toHaveLength(format === 'json' ? 1 : 3);
  });
});
