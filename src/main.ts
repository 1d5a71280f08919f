// Before all else, see there.
import './core/config/frugal-heap.js';
import { createApplication } from './application.js';
import { EnvironmentError, readEnvironment, type Environment } from './core/config/index.js';
import { startEmbeddedPostgres } from './core/database/embedded/index.js';
import { openLog, type Log } from './core/observability/index.js';
import { stopGracefully } from './core/http/graceful-stop.js';

/** A stop that takes longer is cut short (operations.md). */
const longestStopMs = 10_000;

/** The database of this process: the one that it was given, or an embedded one. */
async function openDatabase(
  environment: Environment,
  log: Log,
): Promise<{ url: string; stop: () => Promise<void> }> {
  if (environment.databaseUrl !== undefined) {
    return { url: environment.databaseUrl, stop: () => Promise.resolve() };
  }
  return startEmbeddedPostgres({ dataDir: environment.dataDir, database: 'gms', log });
}

async function serve(environment: Environment): Promise<void> {
  const log = openLog(environment.logLevel, { node: environment.nodeId });
  const database = await openDatabase(environment, log);
  try {
    const app = await createApplication({ ...environment, databaseUrl: database.url });
    await app.listen(environment.port, environment.host);
    log.info({ url: (await app.getUrl()).replace(/\/$/, '') }, 'listening');
    await stopGracefully(app, log, longestStopMs);
  } finally {
    await database.stop();
  }
}

/** One line for each fault, without a stack: who starts a server is not debugging it. */
function explain(error: unknown): string {
  if (error instanceof EnvironmentError) return error.faults.join('\n');
  return error instanceof Error ? error.message : String(error);
}

try {
  await serve(readEnvironment());
  process.exit(0);
} catch (error) {
  process.stderr.write(`OpenGMS cannot start:\n${explain(error)}\n`);
  process.exit(1);
}
