import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync, createReadStream, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { type Manifest, readManifest, DATA } from './archive/backup-manifest.js';
import { refuseOtherMajor } from './cluster.js';
import { connect } from './connect.js';
import { StartLock } from './coordination/start-lock.js';
import { UserRegistry } from './coordination/user-registry.js';
import type { Home } from './installation/home.js';
import { chownTree, syncFolder } from './installation/file-ownership.js';
import { launch } from './launch-server.js';
import { freePort } from './server-port.js';
import { findPostmaster, isPostmaster, stopPostmaster } from './postmaster.js';
import { openServerContext, type ServerContext } from './server-context.js';
import type { Log } from './embedded-postgres.js';

/** What a data folder cannot be without. */
const ESSENTIAL = ['PG_VERSION', 'backup_label', 'global/pg_control', 'opengms.password'];

/**
 * Unpacks the data folder of a backup into a new folder that only we can enter. Throws when the archive is damaged or
 * incomplete; what was unpacked by then stays for the caller to remove.
 */
export async function unpack(file: string, folder: string, signal?: AbortSignal): Promise<void> {
  mkdirSync(folder, { mode: 0o700 });
  try {
    const unpacking = extract({
      cwd: folder,
      strict: true,
      strip: 1,
      preserveOwner: false,
      filter: (path, entry) =>
        path.startsWith(`${DATA}/`) && 'type' in entry && isPlain(entry.type),
    });
    await pipeline(createReadStream(file), unpacking, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`${file} is damaged or could not be unpacked: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  const missing = ESSENTIAL.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0)
    throw new Error(`${file} is not complete: it has no ${missing.join(', ')}.`);
}

function isPlain(type: string): boolean {
  return type === 'File' || type === 'Directory';
}

const LOCK_MS = 10_000;

export interface RestoreOrder {
  dataDir: string;
  /** An archive made by `backUpEmbeddedPostgres`. */
  file: string;
  log: Log;
  signal?: AbortSignal;
}

export interface Restored {
  /** The data folder that holds the restored database. */
  data: string;
  /** Where the database that was there before is kept; undefined when there was none. */
  previous: string | undefined;
  /** When the backup was made, ISO 8601. */
  created: string;
}

/**
 * Replaces the embedded database with the one in a backup. The backup is unpacked beside the present data, started
 * once to prove it, and only then put in place; the present data stays as `data.before-restore-<time>`. Refuses,
 * without changing anything, when a server uses the folder or the file is no backup for this PostgreSQL.
 */
export async function restoreEmbeddedPostgres({
  dataDir,
  file,
  log,
  signal,
}: RestoreOrder): Promise<Restored> {
  const source = resolve(file);
  const manifest = await readManifest(source);
  const site = await openServerContext(dataDir, {}, log);
  refuseOtherVersion(source, manifest, site.binaries.major);
  return new StartLock(site.home.locks).run(LOCK_MS, async () => {
    refuseWhileUsed(site.home);
    const draft = join(site.home.folder, `data.new-${randomBytes(6).toString('hex')}`);
    try {
      await unpack(source, draft, signal);
      if (site.home.account) chownTree(draft, site.home.account);
      refuseOtherMajor(draft, site.binaries.major);
      await verifyBackupStarts(site, draft);
      signal?.throwIfAborted();
      return {
        data: site.home.data,
        previous: replaceData(site.home, draft),
        created: manifest.created,
      };
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  });
}

/** Starts a server on the unpacked data, which replays its log, and stops it again. */
async function verifyBackupStarts(site: ServerContext, data: string): Promise<void> {
  const port = await freePort();
  const started = await launch(site, data, port);
  if (started.outcome !== 'ready') {
    throw new Error(
      `PostgreSQL cannot start on the backup, so nothing was changed. It said:\n${started.tail}`,
    );
  }
  const isAlive = (): boolean => isPostmaster(started.pid, data, site.home.account);
  try {
    await (await connect({ data, port, isAlive }, 'postgres')).end();
  } finally {
    await stopPostmaster(started.pid, data, site.home.account);
  }
}

/**
 * Puts the restored data in place and returns where the previous data went. A crash in between is completed by the
 * next start, which finds `data.restored` and no `data`.
 */
function replaceData(home: Home, draft: string): string | undefined {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const previous = existsSync(home.data) ? `${home.data}.before-restore-${time}` : undefined;
  rmSync(home.restored, { recursive: true, force: true });
  renameSync(draft, home.restored);
  if (previous) renameSync(home.data, previous);
  renameSync(home.restored, home.data);
  syncFolder(home.folder);
  return previous;
}

function refuseWhileUsed(home: Home): void {
  const users = new UserRegistry(home.users).livingPids();
  if (users.length > 0) {
    throw new Error(
      `OpenGMS (process ${users.join(', ')}) uses the database in ${home.folder}; stop it first.`,
    );
  }
  const server = findPostmaster(home.data, home.account);
  if (!server) return;
  throw new Error(
    `PostgreSQL (process ${String(server.pid)}) runs on ${home.data}, left by a killed OpenGMS; ` +
      `stop it first: kill -INT ${String(server.pid)}.`,
  );
}

function refuseOtherVersion(file: string, { postgres }: Manifest, major: string): void {
  if (postgres === major) return;
  throw new Error(
    `${file} is a backup of PostgreSQL ${postgres}, which PostgreSQL ${major} of this installation cannot read. ` +
      `Restore it with the OpenGMS release that brought PostgreSQL ${postgres}.`,
  );
}
