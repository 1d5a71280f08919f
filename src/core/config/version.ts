import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installationFolder } from './installation.js';

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
