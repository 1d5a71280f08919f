import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StartLock } from './coordination/start-lock.js';
import { UserRegistry } from './coordination/user-registry.js';
import { createHome, holdsDatabase, type Home, homeAt } from './installation/home.js';
import { chownTree, syncFolder } from './installation/file-ownership.js';
import { findPostmaster, stopPostmaster } from './postmaster.js';
import type { Log } from './embedded-postgres.js';

const LOCK_MS = 330_000;

/**
 * Moves the database of an earlier version, with what restores left beside it, out of /var/tmp, which systems clear.
 * Throws, without changing anything, while an OpenGMS uses it there.
 */
export async function moveFormerHome(home: Home, former: string, log: Log): Promise<void> {
  createHome(home);
  await new StartLock(home.locks).run(LOCK_MS, async () => {
    const old = homeAt(former);
    // Another start was faster.
    if (holdsDatabase(home) || !holdsDatabase(old)) return;
    refuseWhileUsed(old, home);
    const running = findPostmaster(old.data, old.account);
    if (running) await stopPostmaster(running.pid, old.data, old.account);
    for (const name of listDataFolders(old.folder)) moveFolder(name, old, home);
    syncFolder(home.folder);
    log.warn(
      { from: former, folder: home.folder },
      `The database was moved from ${former}, where systems clean up, to ${home.folder}.`,
    );
  });
}

/** The data folder last: until it is moved, a start that was cut off is found to be needed again. */
function listDataFolders(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.startsWith('data'));
  const kept = names.filter(
    (name) => !name.startsWith('data.new-') && !name.startsWith('data.moved'),
  );
  return [...kept.filter((name) => name !== 'data'), ...kept.filter((name) => name === 'data')];
}

function moveFolder(name: string, old: Home, home: Home): void {
  const [from, to] = [join(old.folder, name), join(home.folder, name)];
  try {
    renameSync(from, to);
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
  }
  // Another file system: a copy, and the original stays aside under another name.
  const draft = join(home.folder, `data.new-${randomBytes(6).toString('hex')}`);
  try {
    cpSync(from, draft, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    chmodSync(draft, 0o700);
    if (old.account) chownTree(draft, old.account);
    renameSync(draft, to);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  renameSync(from, join(old.folder, `data.moved-${name}`));
}

function refuseWhileUsed(old: Home, home: Home): void {
  const users = new UserRegistry(old.users).livingPids();
  if (users.length === 0) return;
  throw new Error(
    `OpenGMS (process ${users.join(', ')}) uses the database in ${old.folder}, which is to be moved to ${home.folder}: ` +
      'stop it and start again.',
  );
}
