// Before all else, see there.
import './core/config/frugal-heap.js';
import type { INestApplication } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { createApplication } from './application.js';
import {
  commit,
  EnvironmentError,
  readEnvironment,
  version,
  type Environment,
} from './core/config/index.js';
import { startEmbeddedPostgres } from './core/database/embedded/index.js';
import { stopGracefully } from './core/http/graceful-stop.js';
import { listen } from './core/http/listen.js';
import { StopRequest } from './core/http/stop-request.js';
import { openLog, type Log } from './core/observability/index.js';

/** A stop that takes longer is cut short (operations.md). */
const longestStopMs = 10_000;

/**
 * What a start that is about done gets to come to its end, milliseconds, when it is told to stop; one
 * that waits for another node's migrations is not waited for.
 */
const startEndMs = 2000;

interface DatabaseInUse {
  readonly url: string;
  stop(): Promise<void>;
}

/** The database of this process: the one that it was given, or an embedded one. */
async function openDatabase(
  environment: Environment,
  log: Log,
  stop: StopRequest,
): Promise<DatabaseInUse> {
  if (environment.databaseUrl !== undefined) {
    return { url: environment.databaseUrl, stop: () => Promise.resolve() };
  }
  const { signal } = stop;
  const { dataDir } = environment;
  const embedded = await startEmbeddedPostgres({ dataDir, database: 'gms', log, signal });
  stop.beforeSuddenEnd(() => {
    embedded.abandon();
  });
  return embedded;
}

/** The application; undefined when the process is told to stop meanwhile. */
async function open<App extends INestApplication>(
  creating: Promise<App>,
  stop: StopRequest,
): Promise<App | undefined> {
  await Promise.race([creating, stop.heard()]);
  if (!stop.signal.aborted) return creating;
  const late = creating.catch(() => undefined);
  const app = await Promise.race([late, delay(startEndMs, undefined)]);
  await app?.close();
  return undefined;
}

async function serve(environment: Environment, log: Log, stop: StopRequest): Promise<void> {
  const database = await openDatabase(environment, log, stop);
  try {
    const app = await open(createApplication({ ...environment, databaseUrl: database.url }), stop);
    if (app === undefined) return;
    log.info({ url: await listen(app, environment) }, 'listening');
    await stopGracefully(app, stop, log);
  } finally {
    await database.stop();
  }
}

/** Resolves once the server was stopped, be it before it was up. */
async function run(): Promise<void> {
  const environment = readEnvironment();
  const log = openLog(environment.logLevel, { node: environment.nodeId });
  log.info({ version, commit, nodeVersion: process.version }, 'starting');
  const stop = new StopRequest(log, longestStopMs);
  try {
    await serve(environment, log, stop);
  } catch (error) {
    if (error !== stop.signal.reason) throw error;
    log.info({}, 'stopped before it was up');
  }
}

/** One line for each fault, without a stack: who starts a server is not debugging it. */
function explain(error: unknown): string {
  if (error instanceof EnvironmentError) return error.faults.join('\n');
  return error instanceof Error ? error.message : String(error);
}

try {
  await run();
  process.exit(0);
} catch (error) {
  process.stderr.write(`OpenGMS cannot start:\n${explain(error)}\n`);
  process.exit(1);
}
