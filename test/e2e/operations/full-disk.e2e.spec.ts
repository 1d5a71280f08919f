import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import type { TestServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Answers: a full disk is 503 StorageFull with Retry-After
const name = `full_${String(process.pid)}`;
const folder = mkdtempSync(join(tmpdir(), 'opengms-full-'));
const filler = join(folder, 'filler');
let server: TestServer;
let disk: { fill(): Promise<void>; free(): Promise<void>; remove(): Promise<void> };

// Before the servers close: their database cannot be dropped while its tablespace is half gone.
afterAll(async () => {
  await disk.remove();
  rmdirSync(folder);
});
const servers = useServers();

/** A small disk of its own for the keys of storage areas; root may have one. */
async function smallDisk(): Promise<typeof disk> {
  if (!isMounted()) return pretendedDisk();
  const [{ data_directory: data }] = await databaseRows(server, 'SHOW data_directory');
  const { uid, gid } = statSync(data as string);
  execFileSync('chown', [`${String(uid)}:${String(gid)}`, folder]);
  await databaseRows(server, `CREATE TABLESPACE ${name} LOCATION '${folder}'`);
  await databaseRows(server, `ALTER TABLE storage_entry SET TABLESPACE ${name}`);
  return {
    fill: async () => {
      try {
        writeFileSync(filler, Buffer.alloc(8 * 1024 * 1024));
      } catch {
        // That much does not fit: now it is full.
      }
    },
    free: async () => {
      rmSync(filler);
    },
    remove: async () => {
      await databaseRows(server, 'ALTER TABLE storage_entry SET TABLESPACE pg_default');
      await databaseRows(server, `DROP TABLESPACE ${name}`);
      execFileSync('umount', [folder]);
    },
  };
}

/** Whether the folder is a small disk now. */
function isMounted(): boolean {
  const mount = ['-t', 'tmpfs', '-o', 'size=4m', 'opengms-full', folder];
  return spawnSync('mount', mount).status === 0;
}

/** Where nobody may mount: PostgreSQL says itself what it says of a full disk. */
async function pretendedDisk(): Promise<typeof disk> {
  await databaseRows(
    server,
    `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`,
  );
  const trigger = 'full_disk BEFORE INSERT ON storage_entry';
  return {
    fill: async () => {
      await databaseRows(server, `CREATE TRIGGER ${trigger} EXECUTE FUNCTION full_disk()`);
    },
    free: async () => {
      await databaseRows(server, 'DROP TRIGGER full_disk ON storage_entry');
    },
    remove: () => Promise.resolve(),
  };
}

beforeAll(async () => {
  server = await servers.start();
  disk = await smallDisk();
});

it('a full disk is 503 StorageFull, readiness says it, and freed it serves again by itself', async () => {
  const store = () =>
    server.request('POST', '/genesys/1/storage/60', { form: { a: 'x'.repeat(300_000) } });
  expect((await store()).status).toBe(200);
  await disk.fill();
  const refused = await eventuallyRefused(store);
  expect([refused.status, refused.json.exception]).toEqual([503, 'StorageFull']);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused.text).not.toContain(folder);
  const readiness = await server.request('GET', '/readyz');
  expect([readiness.status, readiness.json.checks.disk]).toEqual([503, 'full']);
  await disk.free();
  expect((await store()).status).toBe(200);
  await eventually(async () => {
    const { status, json } = await server.request('GET', '/readyz');
    expect([status, json.checks.disk]).toEqual([200, 'ok']);
  }, 20_000);
}, 60_000);

/** Pages that the table has already take some more. */
async function eventuallyRefused(store: () => ReturnType<TestServer['request']>) {
  for (let count = 0; count < 20; count++) {
    const answer = await store();
    if (answer.status !== 200) return answer;
  }
  throw new Error('a full disk took everything');
}
