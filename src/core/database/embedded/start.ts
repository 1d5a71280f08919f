import { ensureCluster } from './cluster.js';
import { ensureDatabase } from './connection.js';
import { StartLock } from './coordination/start-lock.js';
import { Users } from './coordination/users.js';
import { recordedPort } from './port.js';
import { isPostmaster } from './postmaster.js';
import { ensureServer, type Server } from './server.js';
import { openSite, type Site } from './site.js';
import { LOCK_MS, stopServer, Supervisor } from './supervisor.js';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from './types.js';

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
  const { dataDir, database, settings = {}, log, superviseIntervalMs = SUPERVISE_MS } = options;
  const site = await openSite(dataDir, settings, log);
  const users = new Users(site.home.users);
  return new StartLock(site.home.locks).run(LOCK_MS, async () => {
    await ensureCluster(site);
    const server = await startAnswering(
      site,
      database,
      users.living().length > 0 ? recordedPort(site.home) : undefined,
    );
    const user = users.enter();
    return new Supervisor({ site, server, user, database, intervalMs: superviseIntervalMs });
  });
}

/**
 * A server that answers and has the database. One that is killed before it answers is started again; one that was
 * started in vain is not left behind.
 */
async function startAnswering(
  site: Site,
  database: string,
  fixedPort: number | undefined,
): Promise<Server> {
  const { data, account } = site.home;
  for (let attempt = 1; ; attempt++) {
    const server = await ensureServer(site, { fixedPort, isWanted: () => true });
    const isAlive = (): boolean => isPostmaster(server.pid, data, account);
    try {
      await ensureDatabase({ data, port: server.port, isAlive }, database);
      return server;
    } catch (error) {
      if (!isAlive() && attempt < ATTEMPTS) continue;
      if (!server.adopted) await stopServer(site);
      throw error;
    }
  }
}
