import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installationFolder } from './installation.js';

/** The version of this installation, as in its package.json. */
export const version = readVersion();

function readVersion(): string {
  const text = readFileSync(join(installationFolder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
