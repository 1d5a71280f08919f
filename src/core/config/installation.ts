import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of this installation, wherever the code runs from: the sources, or what was built
 * from them one folder deeper.
 */
export const installationFolder = findPackageFolder(dirname(fileURLToPath(import.meta.url)));

/** The version of this installation, as in its package.json. */
export const version = readVersion();

/** The commit that it was built from; `unknown` where the build could not tell. */
export const commit = readCommit();

function readVersion(): string {
  const text = readFileSync(join(installationFolder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function readCommit(): string {
  try {
    const text = readFileSync(join(installationFolder, 'dist', '.commit'), 'utf8').trim();
    return text === '' ? 'unknown' : text;
  } catch {
    return 'unknown';
  }
}

function findPackageFolder(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('package.json is missing above the server’s code');
  return findPackageFolder(parent);
}
