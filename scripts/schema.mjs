// Writes docs/schema.sql and migrations/hashes.json from a database that the migrations have made;
// with --check says whether they are up to date, and whether every named statement fits the schema.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { changedMigrations, migrationHashes } from './lib/migration-hashes.mjs';
import { inRoot, root } from './lib/project.mjs';
import { prepare } from './lib/prepare.mjs';

const schemaFile = inRoot('docs/schema.sql');
const hashFile = inRoot('migrations/hashes.json');

await prepare();
process.chdir(root);
const { startEmbeddedPostgres } = await import('../dist/src/embedded-postgres/index.js');
const { examineSchema } = await import('../dist/src/commands/schema.main.js');

const folder = mkdtempSync(join(tmpdir(), 'opengms-schema-'));
// Started by root, PostgreSQL runs as another account, which must get through here.
chmodSync(folder, 0o755);
const server = await startEmbeddedPostgres({
  dataDir: folder,
  database: 'gms_schema',
  settings: { fsync: 'off', synchronous_commit: 'off' },
  log: { debug: silent, info: silent, warn: silent, error: console.error },
});
const faults = [];
try {
  const { text, prepared, refused, differences } = await examineSchema(
    server.url,
    await emptyDatabase(),
  );
  faults.push(...refused.map((line) => `a statement does not fit the schema: ${line}`));
  faults.push(...differences.map((line) => `an entity differs from its table: ${line}`));
  if (prepared < 100) faults.push(`only ${prepared} statements are declared: is the list whole?`);
  const header = '-- The schema as the migrations make it. `npm run schema` writes this file.\n\n';
  settle(schemaFile, header + text, 'docs/schema.sql is not what the migrations make');
  settleHashes();
} finally {
  await server.stop();
  for (const path of [server.folder, folder]) rmSync(path, { recursive: true, force: true });
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exit(faults.length === 0 ? 0 : 1);

async function emptyDatabase() {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('CREATE DATABASE gms_entities');
  await client.end();
  const url = new URL(server.url);
  url.pathname = '/gms_entities';
  return url.href;
}

/** What is new is added; what was changed is never written over. */
function settleHashes() {
  const known = JSON.parse(readOr(hashFile, '{}'));
  const found = migrationHashes();
  faults.push(...changedMigrations(known, found));
  settle(
    hashFile,
    `${JSON.stringify({ ...found, ...known }, null, 2)}\n`,
    'migrations/hashes.json does not list every migration',
  );
}

function settle(file, wanted, fault) {
  if (readOr(file, '') === wanted) return;
  if (process.argv.includes('--check')) faults.push(`${fault}; \`npm run schema\` writes it anew`);
  else writeFileSync(file, wanted);
}

function readOr(file, absent) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return absent;
  }
}

function silent() {}
