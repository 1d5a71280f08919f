import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../../migrations/index.js';

/** Any number that no other program on the same database locks. */
const migrationLock = 7_215_046_113;

/**
 * Brings the database's schema to this version. Any number of processes may call it at once: one
 * works, the others wait for it.
 * @throws Error when the database is older than PostgreSQL 14, or a migration fails (it is rolled
 *   back whole)
 */
export async function migrate(url: string): Promise<void> {
  const lock = new Client({ connectionString: url });
  // Losing this connection shows in the query under way; unheard, it would end the process.
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await requireVersion(lock);
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await runMigrations(url);
  } finally {
    await lock.end();
  }
}

async function requireVersion(client: Client): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string; server_version: string }>(
    `SELECT current_setting('server_version_num') AS server_version_num,
            current_setting('server_version') AS server_version`,
  );
  const version = rows[0];
  if (version !== undefined && Number(version.server_version_num) < 140_000) {
    throw new Error(`PostgreSQL ${version.server_version} is too old; OpenGMS needs 14 or newer`);
  }
}

async function runMigrations(url: string): Promise<void> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    migrations,
    migrationsTableName: 'schema_migration',
    installExtensions: false,
    extra: { max: 1 },
  });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await dataSource.destroy();
  }
}
