import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../../migrations/index.js';
import { commit, version } from '../config/index.js';

/** Any number that no other program on the same database locks. */
const migrationLock = 7_215_046_113;

/** What a migration says about itself. */
interface MigrationLog {
  info(facts: object, message: string): void;
}

/**
 * Brings the database's schema to this version. Any number of processes may call it at once: one
 * works, the others wait for it.
 * @param log is told what was applied
 * @throws Error when the database is older than PostgreSQL 14, its schema is of a later version of
 *   this program, or a migration fails (it is rolled back whole)
 */
export async function migrate(url: string, log?: MigrationLog): Promise<void> {
  const lock = new Client({ connectionString: url });
  // Losing this connection shows in the query under way; unheard, it would end the process.
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await requireSupportedPostgres(lock);
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await requireKnownSchema(lock);
    const applied = await runMigrations(url);
    if (applied.length > 0) log?.info({ applied }, 'brought the schema up to date');
  } finally {
    await lock.end();
  }
}

async function requireSupportedPostgres(client: Client): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string; server_version: string }>(
    `SELECT current_setting('server_version_num') AS server_version_num,
            current_setting('server_version') AS server_version`,
  );
  const version = rows[0];
  if (version !== undefined && Number(version.server_version_num) < 140_000) {
    throw new Error(`PostgreSQL ${version.server_version} is too old; OpenGMS needs 14 or newer`);
  }
}

/** An older program would write what the newer one does not expect. */
async function requireKnownSchema(client: Client): Promise<void> {
  const table = await client.query<{ exists: boolean }>(
    `SELECT to_regclass('schema_migration') IS NOT NULL AS exists`,
  );
  if (table.rows[0]?.exists !== true) return;
  const known = migrations.map((migration) => migration.name);
  const { rows } = await client.query<{ name: string }>(
    'SELECT name FROM schema_migration WHERE name <> ALL ($1) ORDER BY timestamp',
    [known],
  );
  if (rows.length === 0) return;
  throw new Error(
    `The database has the schema of a newer OpenGMS than this one (version ${version}, commit ${commit}), ` +
      `which does not know ${rows.map(({ name }) => name).join(', ')}. ` +
      'Start the newer one, or restore a backup that was made before it was started.',
  );
}

/** @returns the names of the migrations that were applied */
async function runMigrations(url: string): Promise<string[]> {
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
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    return applied.map(({ name }) => name);
  } finally {
    await dataSource.destroy();
  }
}
