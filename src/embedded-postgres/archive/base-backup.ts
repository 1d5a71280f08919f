import type { Dirent } from 'node:fs';
import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { DATA } from './backup-manifest.js';
import { type ArchiveEntry, textEntry } from './tar-stream.js';

const CHUNK = 256 * 1024;
const CONTROL = 'global/pg_control';

/** Folders whose content the server makes anew; they have to exist, empty. */
const EMPTIED = new Set([
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
]);

/** Files that belong to the running server, not to its data. */
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|backup_label(\.old)?|tablespace_map(\.old)?|backup_manifest)$/;
const LEFT_OUT_ANYWHERE = /^(pgsql_tmp.*|pg_internal\.init.*|.*\.tmp)$/;

interface LogRange {
  label: string;
  first: string;
  last: string;
}

/**
 * The data folder of a running server as archive entries that restore to one consistent moment, its end: all files as
 * they are found, then the write-ahead log that makes them consistent. The server serves on meanwhile. Needs a
 * connection of its own; ending that releases what the backup holds, also when this is given up half-way.
 */
export async function* baseBackup(client: Client, data: string): AsyncGenerator<ArchiveEntry> {
  await refuseTablespaces(data);
  // The slot keeps the server from recycling log that the backup will need; it goes with the connection.
  await client.query(
    `SELECT pg_create_physical_replication_slot('opengms_' || pg_backend_pid(), true, true)`,
  );
  const { rows } = await client.query<{ lsn: string }>(
    `SELECT pg_backup_start('opengms', true) AS lsn`,
  );
  yield { path: DATA, kind: 'Directory', size: 0 };
  yield* folderEntries(data, '');
  yield controlEntry(await readControl(join(data, CONTROL)));
  const log = await endBackup(client, rows[0]?.lsn ?? '');
  yield textEntry(`${DATA}/backup_label`, log.label);
  yield* logEntries(join(data, 'pg_wal'), log);
}

async function* folderEntries(data: string, folder: string): AsyncGenerator<ArchiveEntry> {
  for (const entry of await entriesOf(join(data, folder))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (isLeftOut(path, entry.name)) continue;
    if (entry.isFile()) yield* fileEntry(join(data, path), path);
    if (!entry.isDirectory() && path !== 'pg_wal') continue;
    yield { path: `${DATA}/${path}`, kind: 'Directory', size: 0 };
    if (!EMPTIED.has(path)) yield* folderEntries(data, path);
  }
}

function isLeftOut(path: string, name: string): boolean {
  return path === CONTROL || LEFT_OUT.test(path) || LEFT_OUT_ANYWHERE.test(name);
}

/** A dropped database takes its folder with it. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The file at the size it has now; nothing when it was dropped meanwhile. */
async function* fileEntry(file: string, path: string): AsyncGenerator<ArchiveEntry> {
  const handle = await openIfThere(file);
  if (!handle) return;
  try {
    const { size } = await handle.stat();
    yield { path: `${DATA}/${path}`, kind: 'File', size, content: readExactly(handle, size) };
  } finally {
    await handle.close();
  }
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The first `size` bytes of a file, filled up with zeros where it was cut off: replaying the log cuts it off again. */
async function* readExactly(handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  for (let position = 0; position < size;) {
    const chunk = Buffer.alloc(Math.min(CHUNK, size - position));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    yield bytesRead === 0 ? chunk : chunk.subarray(0, bytesRead);
    position += bytesRead || chunk.length;
  }
}

/** The control file, last of the data files; read until two reads agree, since one may see half a write. */
async function readControl(file: string): Promise<Buffer> {
  let previous = await readFile(file);
  for (;;) {
    await sleep(10);
    const next = await readFile(file);
    if (next.equals(previous)) return next;
    previous = next;
  }
}

function controlEntry(bytes: Buffer): ArchiveEntry {
  return { path: `${DATA}/${CONTROL}`, kind: 'File', size: bytes.length, content: [bytes] };
}

/** Ends the backup; the server switches to a new log segment, so that the last one needed is complete. */
async function endBackup(client: Client, start: string): Promise<LogRange> {
  const { rows } = await client.query<LogRange>(
    `SELECT labelfile AS label, pg_walfile_name($1::pg_lsn) AS first, pg_walfile_name(lsn) AS last
       FROM pg_backup_stop(wait_for_archive => false)`,
    [start],
  );
  if (!rows[0]) throw new Error('PostgreSQL did not end the backup.');
  return rows[0];
}

async function* logEntries(
  folder: string,
  { first, last }: LogRange,
): AsyncGenerator<ArchiveEntry> {
  for (const name of ['archive_status', 'summaries']) {
    yield { path: `${DATA}/pg_wal/${name}`, kind: 'Directory', size: 0 };
  }
  const names = (await readdir(folder)).filter((name) => isNeeded(name, first, last)).sort();
  if (!names.includes(first) || !names.includes(last)) {
    throw new Error(`PostgreSQL's log from ${first} to ${last} is not complete in ${folder}.`);
  }
  for (const name of names) yield* fileEntry(join(folder, name), `pg_wal/${name}`);
}

function isNeeded(name: string, first: string, last: string): boolean {
  if (name.endsWith('.history')) return true;
  return /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last;
}

async function refuseTablespaces(data: string): Promise<void> {
  if ((await readdir(join(data, 'pg_tblspc'))).length === 0) return;
  throw new Error(
    'The database has tablespaces outside its folder; carry it with pg_dump instead.',
  );
}
