import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { inRoot } from '../../scripts/lib/project.mjs';
import { parentOf } from './cpu.mjs';

/** The settings of every figure: nothing is acknowledged before it is on the disk. */
const settings = {
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '256MB',
  // Two pools of 16, pgbench with 64, and the bench's own.
  max_connections: '200',
};

/**
 * Starts the run's own PostgreSQL, migrated.
 * @returns `url`; `pid` of the postmaster; `version`; `sql(text, values?)` on the bench's own
 *   connection, answering rows
 */
export async function startPostgres(folder, closing) {
  const { startEmbeddedPostgres } = await importBuilt('src/embedded-postgres/index.js');
  const { migrate } = await importBuilt('src/core/database/index.js');
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'database'),
    database: 'gms',
    settings,
    log: { info: silent, warn: silent, error: console.error },
  });
  closing.add(async () => {
    await server.stop();
    rmSync(server.folder, { recursive: true, force: true });
  });
  await migrate(server.url);
  const client = await connect(server.url, closing);
  const sql = async (text, values) => (await client.query(text, values)).rows;
  const [{ backend, version }] = await sql(
    `SELECT pg_backend_pid() AS backend, current_setting('server_version') AS version`,
  );
  return { url: server.url, pid: parentOf(backend), version, sql };
}

/** A connection of its own, closed at the run's end. */
export async function connect(url, closing) {
  const client = new pg.Client({ connectionString: url, application_name: 'gms bench' });
  await client.connect();
  client.on('error', (error) => process.stderr.write(`bench: ${error.message}\n`));
  closing.add(() => client.end());
  return client;
}

/** Imports a module of the built server. */
export function importBuilt(path) {
  return import(inRoot('dist', path));
}

function silent() {}
