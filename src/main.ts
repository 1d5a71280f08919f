// Before all else, see there.
import './core/config/heap-growth.js';
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
import { startEmbeddedPostgres } from './embedded-postgres/index.js';
import { openLog, type Log } from './core/observability/index.js';
import { stopGracefully, listen, StopRequest } from './core/lifecycle/index.js';

/** A stop that takes longer is cut short (docs/architecture.md, Start and stop). */
const maxStopMs = 10_000;

/**
 * What a start that is about done gets to come to its end, milliseconds, when it is told to stop;
 * one that waits for another node's migrations is not waited for.
 */
const startGraceMs = 2000;

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
  stop.onForcedExit(() => {
    embedded.abandon();
  });
  return embedded;
}

/** The application; undefined when the process is told to stop meanwhile. */
async function awaitApplication<App extends INestApplication>(
  creating: Promise<App>,
  stop: StopRequest,
): Promise<App | undefined> {
  await Promise.race([creating, stop.waitForRequest()]);
  if (!stop.signal.aborted) return creating;
  const late = creating.catch(() => undefined);
  const app = await Promise.race([late, delay(startGraceMs, undefined)]);
  await app?.close();
  return undefined;
}

async function serve(environment: Environment, log: Log, stop: StopRequest): Promise<void> {
  const database = await openDatabase(environment, log, stop);
  try {
    const app = await awaitApplication(
      createApplication({ ...environment, databaseUrl: database.url }),
      stop,
    );
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
  const stop = new StopRequest(log, maxStopMs);
  try {
    await serve(environment, log, stop);
  } catch (error) {
    if (error !== stop.signal.reason) throw error;
    log.info({}, 'stopped before it was up');
  }
}

/** One line for each fault, without a stack: who starts a server is not debugging it. */
function describeStartFailure(error: unknown): string {
  if (error instanceof EnvironmentError) return error.faults.join('\n');
  return error instanceof Error ? error.message : String(error);
}

try {
  await run();
  process.exit(0);
} catch (error) {
  process.stderr.write(`OpenGMS cannot start:\n${describeStartFailure(error)}\n`);
  process.exit(1);
}
