import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Log } from '../embedded-postgres.js';
import { type Account, chooseAccount, isRoot } from './account.js';
import { lstatIfReachable } from './lstat-if-reachable.js';
import { persistentStorePath, ensurePrivateFolder, privateStorePath } from './private-folder.js';
import { canEnter, existingPart } from './folder-access.js';

/** Where one embedded server keeps its things, and as whom it runs. */
export interface Home {
  /** The folder that holds all the others. */
  folder: string;
  /** PostgreSQL's data folder. */
  data: string;
  /** A restored data folder on its way to become `data`. */
  restored: string;
  log: string;
  /** File that keeps the port between runs. */
  port: string;
  users: string;
  locks: string;
  /** Whom PostgreSQL runs as; undefined when as this process does. */
  account: Account | undefined;
  /** The place in /var/tmp where earlier versions put this database, when it is still there and to be moved. */
  former?: string;
}

/** The superuser's password; inside the data folder, so that both are created, moved and restored as one. */
export function passwordFile(data: string): string {
  return join(data, 'opengms.password');
}

/** Whether there is a database in the home already, or one about to be moved in place. */
export function holdsDatabase(home: Pick<Home, 'data' | 'restored'>): boolean {
  return existsSync(join(home.data, 'PG_VERSION')) || existsSync(join(home.restored, 'PG_VERSION'));
}

/**
 * Finds the home of the database of `dataDir`: `postgres` below it, or, when root's account cannot reach that, a
 * folder of /var/lib/opengms that goes with the path. Creates nothing but that store. Throws when there is data that
 * cannot be reached, or no such store.
 */
export function findHome(dataDir: string, log: Log): Home {
  const wanted = join(resolve(dataDir), 'postgres');
  const home = homeAt(wanted);
  const { account } = home;
  if (!account) return home;
  const isReachable = canEnter(account, wanted);
  if (holdsDatabase(home)) {
    if (!isReachable) throw unreachable(home, account);
    return home;
  }
  const name = folderNameElsewhere(wanted);
  const former = join(privateStorePath(), name);
  const elsewhere = homeAt(join(persistentStorePath, name));
  // A database once placed there stays there, even when the wanted folder can be reached by now.
  const chosen = isReachable && !holdsDatabase(elsewhere) ? home : elsewhere;
  if (chosen === elsewhere) {
    ensurePrivateFolder(persistentStorePath);
    warnOfMove(wanted, elsewhere, log);
  }
  return holdsDatabase(chosen) || !holdsDatabase(homeAt(former)) ? chosen : { ...chosen, former };
}

function warnOfMove(wanted: string, { folder, account }: Home, log: Log): void {
  const name = account?.name ?? 'another account';
  log.warn(
    { wanted, folder },
    `PostgreSQL runs as ${name}, which cannot reach ${wanted}: the database is in ${folder}. ` +
      'To have it elsewhere, set GMS_DATA_DIR to a folder below ones that everybody may enter.',
  );
}

/** Creates the home's folders where they are missing. Throws an Error that says what to do when that is refused. */
export function createHome(home: Home): void {
  refuseForeignData(home);
  try {
    createFolder(home.folder, isRoot() ? 0o755 : 0o700);
    for (const folder of [home.users, home.locks]) {
      if (createFolder(folder, 0o755)) chownToHomeOwner(home, folder);
    }
    accessSync(home.folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new Error(
      `The embedded database cannot write its folder ${home.folder} (${code || message}). ` +
        'Set GMS_DATA_DIR to a folder that this account may write, or DATABASE_URL to a PostgreSQL of yours.',
    );
  }
}

/** Gives a file that root made in the home to whoever owns the home, so that a start without root can use it too. */
export function chownToHomeOwner(home: Home, path: string): void {
  if (!isRoot()) return;
  const { uid, gid } = lstatSync(home.folder);
  lchownSync(path, uid, gid);
}

export function homeAt(folder: string): Home {
  const data = join(folder, 'data');
  return {
    folder,
    data,
    restored: join(folder, 'data.restored'),
    log: join(folder, 'postgres.log'),
    port: join(folder, 'port'),
    users: join(folder, 'users'),
    locks: join(folder, 'locks'),
    account: chooseAccount([data, folder]),
  };
}

function folderNameElsewhere(wanted: string): string {
  const existing = existingPart(wanted);
  const real = join(existing, relative(existingPartAsSpelt(wanted), wanted));
  return `data-${createHash('sha256').update(real).digest('hex').slice(0, 16)}`;
}

/** The part of the path that exists, as the caller spelt it. */
function existingPartAsSpelt(path: string): string {
  let part = path;
  while (!lstatIfReachable(part)) part = dirname(part);
  return part;
}

/**
 * Creates a folder and its missing parents; root's are made passable whatever the umask says, because the server's
 * account has to pass. Returns whether the folder was missing.
 */
function createFolder(path: string, mode: number): boolean {
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined) return false;
  for (let part = dirname(path); isRoot() && part.length >= first.length; part = dirname(part))
    chmodSync(part, 0o755);
  chmodSync(path, mode);
  return true;
}

function refuseForeignData(home: Home): void {
  const stats = lstatIfReachable(home.data);
  const uid = process.getuid?.();
  if (!stats || uid === undefined || isRoot() || stats.uid === uid) return;
  throw new Error(
    `The database in ${home.data} belongs to another account (uid ${String(stats.uid)}, this is ${String(uid)}). ` +
      'Start OpenGMS as that account or as root, or set GMS_DATA_DIR to another folder.',
  );
}

function unreachable(home: Home, account: Account): Error {
  return new Error(
    `The database in ${home.folder} cannot be reached by ${account.name}, the account PostgreSQL runs as. ` +
      'Let everybody enter the folders above it (chmod o+x), or move it and set GMS_DATA_DIR.',
  );
}
