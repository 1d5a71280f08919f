import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Manifest, readManifest } from './archive/format.js';
import { unpack } from './archive/unpack.js';
import { refuseOtherMajor } from './cluster.js';
import { connect } from './connection.js';
import { StartLock } from './coordination/start-lock.js';
import { Users } from './coordination/users.js';
import type { Home } from './installation/home.js';
import { giveTree, syncFolder } from './installation/tree.js';
import { launch } from './launch.js';
import { freePort } from './port.js';
import { findPostmaster, isPostmaster, stopPostmaster } from './postmaster.js';
import { openSite, type Site } from './site.js';
import type { Log } from './types.js';

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
  const site = await openSite(dataDir, {}, log);
  refuseOtherVersion(source, manifest, site.binaries.major);
  return new StartLock(site.home.locks).run(LOCK_MS, async () => {
    refuseWhileUsed(site.home);
    const draft = join(site.home.folder, `data.new-${randomBytes(6).toString('hex')}`);
    try {
      await unpack(source, draft, signal);
      if (site.home.account) giveTree(draft, site.home.account);
      refuseOtherMajor(draft, site.binaries.major);
      await prove(site, draft);
      signal?.throwIfAborted();
      return { data: site.home.data, previous: swap(site.home, draft), created: manifest.created };
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  });
}

/** Starts a server on the unpacked data, which replays its log, and stops it again. */
async function prove(site: Site, data: string): Promise<void> {
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
function swap(home: Home, draft: string): string | undefined {
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
  const users = new Users(home.users).living();
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
