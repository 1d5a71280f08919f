import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { baseBackup } from './archive/base-backup.js';
import { FORMAT, MANIFEST, type Manifest } from './archive/backup-manifest.js';
import { type ArchiveEntry, textEntry } from './archive/tar-stream.js';
import { writeArchive } from './archive/write-archive.js';
import { connect } from './connect.js';
import { findHome, holdsDatabase } from './installation/home.js';
import { startEmbeddedPostgres } from './start-embedded-postgres.js';
import type { Log } from './embedded-postgres.js';

export interface BackupOrder {
  dataDir: string;
  /** Where the archive goes; an existing file is replaced once the new one is complete. */
  file: string;
  log: Log;
  signal?: AbortSignal;
}

export interface Backup {
  /** Absolute path of the archive. */
  file: string;
  bytes: number;
  /** The data folder that was copied. */
  data: string;
}

/**
 * Writes a consistent copy of the embedded database to one tar.gz file. Uses the server that runs, which serves on
 * meanwhile, or starts one for as long as it takes. Throws when there is no database, or the file cannot be written.
 */
export async function backUpEmbeddedPostgres({
  dataDir,
  file,
  log,
  signal,
}: BackupOrder): Promise<Backup> {
  const target = resolve(file);
  refuseTarget(target);
  const home = findHome(dataDir, log);
  const { data } = home;
  if (!holdsDatabase(home) && home.former === undefined) {
    throw new Error(
      `There is no embedded database in ${resolve(dataDir)}, so there is nothing to back up.`,
    );
  }
  const server = await startEmbeddedPostgres({ dataDir, database: 'postgres', log });
  try {
    signal?.throwIfAborted();
    const client = await connect({ data, port: server.port, isAlive: () => true }, 'postgres');
    try {
      await writeArchive(target, backupEntries(data, baseBackup(client, data)), signal);
    } finally {
      await client.end();
    }
  } finally {
    await server.stop();
  }
  return { file: target, bytes: statSync(target).size, data };
}

async function* backupEntries(
  data: string,
  files: AsyncIterable<ArchiveEntry>,
): AsyncGenerator<ArchiveEntry> {
  const manifest: Manifest = {
    kind: 'opengms embedded database',
    format: FORMAT,
    postgres: readFileSync(join(data, 'PG_VERSION'), 'utf8').trim(),
    created: new Date().toISOString(),
  };
  yield textEntry(MANIFEST, `${JSON.stringify(manifest)}\n`);
  yield* files;
}

function refuseTarget(target: string): void {
  if (!statSync(dirname(target), { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`There is no folder ${dirname(target)} to write the backup to.`);
  }
  const stats = statSync(target, { throwIfNoEntry: false });
  if (stats && !stats.isFile())
    throw new Error(`${target} is not a file; name a file for the backup.`);
}
