import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from './account.js';

/**
 * A folder of ours in /var/tmp, for what the server's account cannot reach where it belongs. Others may pass through
 * root's (the server's account has to) but not list or write it; an ordinary user's is closed. Throws when somebody
 * else made it first.
 */
export function privateStore(): string {
  const uid = process.getuid?.() ?? 0;
  const mode = isRoot() ? 0o711 : 0o700;
  const folder = privateStorePath();
  try {
    mkdirSync(folder, { mode });
    chmodSync(folder, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const stats = lstatSync(folder);
  if (stats.isDirectory() && stats.uid === uid && (stats.mode & 0o022) === 0) return folder;
  throw new Error(
    `${folder} is not a folder that only this account can write, so the embedded database cannot trust it. ` +
      'Remove it, or set DATABASE_URL to a PostgreSQL of yours.',
  );
}

/** Where that folder is, whether it exists and can be trusted or not. */
export function privateStorePath(): string {
  return join('/var/tmp', `opengms-${String(process.getuid?.() ?? 0)}`);
}
