import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { holdsDatabase, passwordFile } from './installation/home.js';
import { chownTree, syncFolder } from './installation/file-ownership.js';
import { runProgram } from './run-program.js';
import { SUPERUSER } from './server-settings.js';
import type { ServerContext } from './server-context.js';

/**
 * Sees to it that the home holds a data folder which these programs can run: creates one, or completes a restore that
 * was cut off between its two renames. Call under the start lock. Throws when the data is another major version's; `signal` ends a
 * creation under way.
 */
export async function ensureCluster(site: ServerContext, signal?: AbortSignal): Promise<void> {
  const { home, log } = site;
  finishRestore(site);
  removeLeftovers(home.folder);
  if (!holdsDatabase(home)) {
    refuseUnknownContent(home.data);
    log.info({ folder: home.data }, `Creating the embedded database in ${home.data}.`);
    await initialise(site, signal);
  }
  refuseOtherMajor(home.data, site.binaries.major);
  // Copied in place by root, by docker cp for one.
  if (home.account && lstatSync(home.data).uid === 0) chownTree(home.data, home.account);
}

/** The password of the superuser. Throws when the data folder has none, because it was not made by us. */
export function readPassword(data: string): string {
  try {
    return readFileSync(passwordFile(data), 'utf8').trim();
  } catch (error) {
    throw new Error(
      `The database in ${data} has no readable ${passwordFile(data)}, which holds its password. ` +
        'Restore that file, or set GMS_DATA_DIR to another folder.',
      { cause: error },
    );
  }
}

/** Throws when the data folder was made by another major version than `major`. */
export function refuseOtherMajor(data: string, major: string): void {
  const found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (found === major) return;
  throw new Error(
    `The database in ${data} was made by PostgreSQL ${found}, but this installation brings PostgreSQL ${major}, ` +
      `which cannot read it. Install the OpenGMS release that brought PostgreSQL ${found}, or run PostgreSQL ${found} ` +
      `on the folder, carry the data over with pg_dump, and set DATABASE_URL; or set GMS_DATA_DIR to an empty folder.`,
  );
}

async function initialise({ home, binaries }: ServerContext, signal?: AbortSignal): Promise<void> {
  const draft = join(home.folder, `data.new-${randomBytes(6).toString('hex')}`);
  const secret = `${draft}.password`;
  try {
    mkdirSync(draft, { mode: 0o700 });
    writeFileSync(secret, `${randomBytes(24).toString('base64url')}\n`, {
      flag: 'wx',
      mode: 0o600,
    });
    if (home.account) for (const path of [draft, secret]) chownTree(path, home.account);
    await runProgram(binaries.initdb, initialArguments(draft, secret), home.account, signal);
    renameSync(secret, passwordFile(draft));
    renameSync(draft, home.data);
    syncFolder(home.folder);
  } catch (error) {
    for (const path of [draft, secret]) rmSync(path, { recursive: true, force: true });
    throw new Error(
      `Could not create the embedded database in ${home.data}: ${(error as Error).message}`,
    );
  }
}

/** Sorting and letter case by the built-in provider: the same on every machine, whatever its C library or ICU. */
function initialArguments(data: string, secret: string): string[] {
  const locale = [
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--encoding=UTF8',
  ];
  const access = [`--username=${SUPERUSER}`, '--auth=scram-sha-256', `--pwfile=${secret}`];
  return ['-D', data, ...locale, ...access, '--no-instructions'];
}

function finishRestore({ home, log }: ServerContext): void {
  if (!existsSync(home.restored)) return;
  if (existsSync(home.data)) {
    rmSync(home.restored, { recursive: true, force: true });
    return;
  }
  renameSync(home.restored, home.data);
  syncFolder(home.folder);
  log.warn({ folder: home.data }, 'Completed a restore that had been cut off.');
}

/** Drafts of an initdb or a restore that was killed. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith('data.new-')) continue;
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
    } catch {
      // An orphaned initdb still writes there; the next start removes it.
    }
  }
}

function refuseUnknownContent(data: string): void {
  if (!existsSync(data)) return;
  try {
    rmdirSync(data);
  } catch {
    throw new Error(
      `${data} exists but holds no PostgreSQL database (it has no PG_VERSION). ` +
        'Move it away, or set GMS_DATA_DIR to another folder.',
    );
  }
}
