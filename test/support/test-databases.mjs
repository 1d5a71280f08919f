import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Any number; makes the copies of one run queue, since PostgreSQL refuses two of one template. */
const copyLock = 5_120_077;
const objectInUse = '55006';

/** Creates the run's template database with the schema of this version. */
export async function createTemplate() {
  const { migrate } = await import('../../dist/src/core/database/migrate.js');
  await onServer((client) => client.query(`CREATE DATABASE ${templateName()}`));
  await migrate(urlOf(templateName()));
}

/** Clones the template under a name of its own and returns its URL and how to drop it. */
export async function cloneTemplate() {
  // Not a number: each file of a worker would count anew, and meet what another left behind.
  const name = `${runName()}_${randomBytes(6).toString('hex')}`;
  await onServer((client) => copyTemplate(client, name));
  return {
    url: urlOf(name),
    drop: async () => {
      await onServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** On a server that outlives the run: removes everything the run made there. */
export async function dropDatabasesOfRun() {
  await onServer(async (client) => {
    const { rows } = await client.query(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [`${runName()}_`],
    );
    for (const { datname } of rows) await client.query(`DROP DATABASE ${datname} WITH (FORCE)`);
  });
}

async function copyTemplate(client, name) {
  await client.query('SELECT pg_advisory_lock($1)', [copyLock]);
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${templateName()}`);
      return;
    } catch (error) {
      // Whoever was connected to the template last may take a moment to be gone.
      if (error.code !== objectInUse || attempt === 20) throw error;
    }
  }
}

/** Runs `work` on a connection of its own; closing it gives back its locks. */
async function onServer(work) {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(database) {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  return url.href;
}

const serverUrl = () => process.env.TEST_POSTGRES_URL;
const runName = () => process.env.TEST_POSTGRES_RUN;
const templateName = () => `${runName()}_template`;
