import { prepare } from '../../scripts/lib/prepare.mjs';
import { summarizeAtExit } from './summary-reporter.mjs';
import { startTestPostgres } from './test-postgres.mjs';
import { createTemplate, dropDatabasesOfRun } from './test-databases.mjs';

/**
 * Gives the run a PostgreSQL with a migrated template database, which createTestDatabase clones:
 * TEST_DATABASE_URL's when set, else an embedded one of its own.
 */
export default async function globalSetup() {
  const running = { stop: async () => {} };
  globalThis.stopTestPostgres = () => running.stop();
  try {
    // Spawned servers and this setup run what is in dist/.
    await prepare();
    const given = process.env.TEST_DATABASE_URL;
    const server = given ? undefined : await startTestPostgres();
    const url = given ?? server.url;
    // The workers inherit the environment.
    process.env.TEST_POSTGRES_URL = url;
    process.env.TEST_POSTGRES_RUN = `gms_test_${process.pid}`;
    running.stop = async () => {
      if (server === undefined) await dropDatabasesOfRun();
      else await server.stop();
    };
    await createTemplate();
  } catch (error) {
    summarizeAtExit({ passed: 0, failed: 1, skipped: 0 });
    await running.stop();
    throw error;
  }
}
