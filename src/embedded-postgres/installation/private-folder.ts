import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from './account.js';

/** Where root's databases are that their account could not reach in the folder asked for: a place that nothing clears. */
export const persistentStorePath = '/var/lib/opengms';

/**
 * A folder of ours in /var/tmp, for the programs that the server's account cannot reach where they were installed.
 * An ordinary user's is closed to others. Throws when somebody else made it first.
 */
export function privateStore(): string {
  return ensurePrivateFolder(privateStorePath());
}

/** Where that folder is, whether it exists and can be trusted or not. */
export function privateStorePath(): string {
  return join('/var/tmp', `opengms-${String(process.getuid?.() ?? 0)}`);
}

/**
 * Makes a folder that only this account writes, when it is missing. Others may pass through root's (the server's
 * account has to) but not list or write it. Throws an Error that says what to do when it cannot be made or trusted.
 */
export function ensurePrivateFolder(folder: string): string {
  const uid = process.getuid?.() ?? 0;
  const mode = isRoot() ? 0o711 : 0o700;
  const otherwise =
    'set DATABASE_URL to a PostgreSQL of yours, or GMS_DATA_DIR to a folder below ones that everybody may enter.';
  try {
    mkdirSync(folder, { mode });
    chmodSync(folder, mode);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') {
      throw new Error(
        `The embedded database needs the folder ${folder}, which cannot be made (${code ?? message}). ` +
          `Make it, or ${otherwise}`,
        { cause: error },
      );
    }
  }
  const stats = lstatSync(folder);
  if (stats.isDirectory() && stats.uid === uid && (stats.mode & 0o022) === 0) return folder;
  throw new Error(
    `${folder} is not a folder that only this account can write, so the embedded database cannot trust it. ` +
      `Remove it, or ${otherwise}`,
  );
}
