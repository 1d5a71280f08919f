import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { TestResponse } from '../../support/http-client.js';
import type { SpawnedServer } from '../../support/spawned-server.js';
import type { TestDatabase } from '../../support/test-database.js';
import { useServers } from '../../support/use-servers.js';
import { removeServices, rowCounts, storeMany } from './stored-services.js';
import { readStream } from './stream-reader.js';

// docs/operations/context-services-maintenance.md; docs/architecture.md, Start and stop: a killed
// node loses nothing acknowledged
const servers = useServers();
const base = '/genesys/1/cs/maintenance';
const purge = { json: { limit: '2026-02-01T00:00:00Z', operation: 'purge.service.all' } };
const count = 10_000;

let folder = '';
let database: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opengms-exports-'));
  database = await servers.database();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const direct = () => ({ databaseUrl: database.url });

let running: SpawnedServer | undefined;

/** The node that runs, if one does; a start costs more than most tests. */
async function aNode(): Promise<SpawnedServer> {
  return (running ??= await servers.spawn({ database, env: { GMS_DATA_DIR: folder } }));
}

/** The node that runs, which the test ends. */
async function lastOfNode(): Promise<SpawnedServer> {
  const node = await aNode();
  running = undefined;
  return node;
}

const newestAudit = async (): Promise<any> => {
  const [row] = await databaseRows(
    direct(),
    `SELECT operation, services::int, outcome, ended_at IS NOT NULL AS "hasEnded"
       FROM cs_maintenance_audit ORDER BY id DESC LIMIT 1`,
  );
  return row;
};

/** Waits until so many services have been counted of the call under way. */
const underWay = (services: number): Promise<void> =>
  eventually(async () => {
    const audit = await newestAudit();
    expect(audit?.services).toBeGreaterThanOrEqual(services);
    expect(audit?.outcome).toBeNull();
  });

const files = async (): Promise<string[]> => (await readdir(join(folder, 'exports'))).sort();

const isPart = (name: string): boolean => name.startsWith('.') && name.endsWith('.part');

const exporting = (node: SpawnedServer, format: string): Promise<TestResponse> =>
  node.request('POST', `${base}/services/files`, {
    json: { time_from: '2026-01-01T00:00:00Z', export_content: true, format },
  });

describe('a purge', () => {
  it('leaves whole services when its node is killed, and the audit has how many are gone', async () => {
    await removeServices(direct());
    await storeMany(direct(), count);
    const node = await lastOfNode();
    const answer = node.request('POST', `${base}/purge`, purge).catch(() => 'no answer');
    await underWay(1000);
    await node.kill('SIGKILL');
    expect(await answer).toBe('no answer');
    const left = await rowCounts(direct());
    expect(left.services).toBeLessThan(count);
    expect(left).toEqual({
      ...{ services: left.services, states: left.services! * 2, tasks: left.services, orphans: 0 },
    });
    const audit = { operation: 'purge', services: count - left.services! };
    expect(await newestAudit()).toEqual({ ...audit, outcome: null, hasEnded: false });

    const next = await aNode();
    const again = await next.request('POST', `${base}/purge`, purge);
    expect([again.status, again.json]).toEqual([200, { purged: left.services }]);
    expect((await rowCounts(direct())).services).toBe(0);
  });

  it('ends between two batches when its node is told to stop, and says so', async () => {
    await removeServices(direct());
    await storeMany(direct(), count);
    const node = await lastOfNode();
    const answer = node.request('POST', `${base}/purge`, purge);
    await underWay(1000);
    expect(await node.stop()).toBe(0);
    const { status, json } = await answer;
    expect([status, json.exception]).toEqual([503, 'NodeStopping']);
    const { services, orphans } = await rowCounts(direct());
    expect([services! > 0, orphans]).toEqual([true, 0]);
    const audit = { operation: 'purge', services: count - services! };
    expect(await newestAudit()).toEqual({ ...audit, outcome: 'aborted', hasEnded: true });
  });

  it('goes on to its end when its caller does not wait', async () => {
    await removeServices(direct());
    await storeMany(direct(), 5000);
    const node = await aNode();
    const leaving = new AbortController();
    const answer = node.request('POST', `${base}/purge`, { ...purge, signal: leaving.signal });
    const gone = expect(answer).rejects.toThrow();
    await underWay(1000);
    leaving.abort();
    await gone;
    await eventually(async () => {
      expect(await newestAudit()).toMatchObject({ services: 5000, outcome: 'completed' });
    });
    expect((await rowCounts(direct())).services).toBe(0);
  });
});

describe('a stream that nobody reads', () => {
  it('does not keep its node from stopping, and is aborted', async () => {
    await removeServices(direct());
    await storeMany(direct(), count, { extra: 'ten bytes '.repeat(100) });
    const node = await lastOfNode();
    const from = 'time_from=2026-01-01T00:00:00Z&export_content=true';
    const reader = readStream(node.url, `${base}/services/stream?${from}`);
    await reader.stopAfter(1000);
    expect(await node.stop()).toBe(0);
    expect(await newestAudit()).toMatchObject({ operation: 'stream', outcome: 'aborted' });
    reader.leave();
  });
});

describe('files', () => {
  it.each(['json', 'csv'])(
    '%s: of a killed node nobody sees half a one',
    async (format) => {
      await removeServices(direct());
      await storeMany(direct(), count);
      const node = await lastOfNode();
      const whole = (await exporting(node, format)).json.created as string[];
      const answer = exporting(node, format).catch(() => 'no answer');
      await underWay(1000);
      await node.kill('SIGKILL');
      expect(await answer).toBe('no answer');
      const parts = (await files()).filter(isPart);
      expect(parts).toHaveLength(whole.length);
      expect(await newestAudit()).toMatchObject({ operation: 'files', outcome: null });

      const next = await aNode();
      const listed = (await next.request('GET', `${base}/files`)).json as any[];
      expect(listed.map(({ name }) => name).sort()).toEqual(whole.sort());
      for (const part of parts) {
        const read = await next.request('GET', `${base}/files/${part}`);
        expect([read.status, read.json.exception]).toEqual([404, 'FileNotFound']);
        const hidden = part.slice(1, -'.part'.length);
        expect((await next.request('GET', `${base}/files/${hidden}`)).status).toBe(404);
      }
      await rm(join(folder, 'exports'), { recursive: true });
    },
    60_000,
  );

  it('of a node that is told to stop are not left', async () => {
    await removeServices(direct());
    await storeMany(direct(), count);
    const node = await lastOfNode();
    const answer = exporting(node, 'csv');
    await underWay(1000);
    expect(await node.stop()).toBe(0);
    const { status, json } = await answer;
    expect([status, json.exception]).toEqual([503, 'NodeStopping']);
    expect(await files()).toEqual([]);
    expect(await newestAudit()).toMatchObject({ operation: 'files', outcome: 'aborted' });
  });
});
