import { ensureCluster } from './cluster.js';
import { ensureDatabase } from './connect.js';
import { StartLock } from './coordination/start-lock.js';
import { UserRegistry } from './coordination/user-registry.js';
import { recordedPort } from './server-port.js';
import { isPostmaster } from './postmaster.js';
import { ensureServer, type Server } from './ensure-server.js';
import { openServerContext, type ServerContext } from './server-context.js';
import { LOCK_MS, stopServer, Supervisor } from './supervisor.js';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from './embedded-postgres.js';

const SUPERVISE_MS = 1000;
const ATTEMPTS = 3;

/**
 * Starts PostgreSQL on the data folder, or adopts the one that runs there already, and keeps it running until
 * `stop()`. Any number of processes may do so on one folder at once: they share one server, and the last one out stops
 * it. Takes 0.1 to 0.3 s, about a second more on a new folder.
 * Rejects with an Error that says what to do, with the end of the server's log when that explains it.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { dataDir, database, settings = {}, log, signal } = options;
  const { superviseIntervalMs: intervalMs = SUPERVISE_MS } = options;
  const site = await openServerContext(dataDir, settings, log);
  const users = new UserRegistry(site.home.users);
  const enter = async (): Promise<Supervisor> => {
    await ensureCluster(site, signal);
    const fixedPort = users.livingPids().length > 0 ? recordedPort(site.home) : undefined;
    const server = await startUntilReachable(site, { database, fixedPort, signal });
    return new Supervisor({ context: site, server, user: users.register(), database, intervalMs });
  };
  const enterOrTidy = async (): Promise<Supervisor> => {
    try {
      return await enter();
    } catch (error) {
      if (!signal?.aborted) throw error;
      if (users.livingPids().length === 0) await stopServer(site);
      throw signal.reason;
    }
  };
  return new StartLock(site.home.locks).run(LOCK_MS, enterOrTidy, signal);
}

interface StartRequest {
  database: string;
  fixedPort: number | undefined;
  signal: AbortSignal | undefined;
}

/**
 * A server that answers and has the database. One that is killed before it answers is started again; one that was
 * started in vain is not left behind.
 */
async function startUntilReachable(
  site: ServerContext,
  { database, fixedPort, signal }: StartRequest,
): Promise<Server> {
  const { data, account } = site.home;
  const isWanted = (): boolean => !signal?.aborted;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const server = await ensureServer(site, { fixedPort, isWanted });
    const lives = (): boolean => isPostmaster(server.pid, data, account);
    const isAlive = (): boolean => isWanted() && lives();
    try {
      await ensureDatabase({ data, port: server.port, isAlive }, database);
      signal?.throwIfAborted();
      return server;
    } catch (error) {
      if (!lives() && attempt < ATTEMPTS) continue;
      if (!server.adopted) await stopServer(site);
      throw error;
    }
  }
}
