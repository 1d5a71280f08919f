import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { DATA } from './format.js';

/** What a data folder cannot be without. */
const ESSENTIAL = ['PG_VERSION', 'backup_label', 'global/pg_control', 'opengms.password'];

/**
 * Unpacks the data folder of a backup into a new folder that only we can enter. Throws when the archive is damaged or
 * incomplete; what was unpacked by then stays for the caller to remove.
 */
export async function unpack(file: string, folder: string, signal?: AbortSignal): Promise<void> {
  mkdirSync(folder, { mode: 0o700 });
  try {
    const unpacking = extract({
      cwd: folder,
      strict: true,
      strip: 1,
      preserveOwner: false,
      filter: (path, entry) =>
        path.startsWith(`${DATA}/`) && 'type' in entry && isPlain(entry.type),
    });
    await pipeline(createReadStream(file), unpacking, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`${file} is damaged or could not be unpacked: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  const missing = ESSENTIAL.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0)
    throw new Error(`${file} is not complete: it has no ${missing.join(', ')}.`);
}

function isPlain(type: string): boolean {
  return type === 'File' || type === 'Directory';
}
