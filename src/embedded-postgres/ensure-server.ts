import { setTimeout as sleep } from 'node:timers/promises';
import { launch, type Launch, RECOVERY_MS } from './launch-server.js';
import { freePort, isFree, recordedPort, recordPort } from './server-port.js';
import {
  waitUntil,
  findPostmaster,
  isPostmaster,
  type Postmaster,
  removeMisleadingPidFile,
} from './postmaster.js';
import type { ServerContext } from './server-context.js';

/** The children of a killed postmaster hold its memory for 2 to 3 s, longer when they are busy. */
const MAX_BUSY_MS = 30_000;
const RETRY_MS = 100;

export interface Server {
  pid: number;
  port: number;
  /** Whether it ran already. */
  adopted: boolean;
}

export interface ServerRequest {
  /** The port in the URLs of living processes, when there are any: no other will do. */
  fixedPort: number | undefined;
  /** Asked between attempts; false gives up early. */
  isWanted: () => boolean;
}

/** Finds the running server of a site or starts it. Call under the start lock, with the cluster in place. */
export async function ensureServer(
  site: ServerContext,
  { fixedPort, isWanted }: ServerRequest,
): Promise<Server> {
  const { home, log } = site;
  const deadline = Date.now() + MAX_BUSY_MS;
  for (;;) {
    const running = await waitUntilSettled(site, isWanted);
    if (running) return useRunningServer(site, running);
    removeMisleadingPidFile(home.data, home.account, log);
    const port = fixedPort ?? (await choosePort(site));
    const result = await launch(site, home.data, port, isWanted);
    if (result.outcome === 'ready') {
      recordPort(home, port);
      log.info(
        { port, pid: result.pid, folder: home.folder },
        `PostgreSQL runs on port ${String(port)}.`,
      );
      return { pid: result.pid, port, adopted: false };
    }
    const hopeless = !isRetryable(result, fixedPort) || Date.now() >= deadline;
    if (hopeless || !isWanted()) throw startFailure(site, port, result.tail);
    await sleep(RETRY_MS);
  }
}

function useRunningServer({ home, log }: ServerContext, { pid, port }: Postmaster): Server {
  log.info(
    { port, pid, folder: home.folder },
    `Using the PostgreSQL that runs on port ${String(port)}.`,
  );
  recordPort(home, port);
  return { pid, port, adopted: true };
}

/** The site's postmaster once it is ready; undefined when there is none, or it was stopping and has ended. */
async function waitUntilSettled(
  { home, log }: ServerContext,
  isWanted: () => boolean,
): Promise<Postmaster | undefined> {
  const look = (): Postmaster | undefined => findPostmaster(home.data, home.account);
  const found = look();
  if (!found || found.status === 'ready') return found;
  log.info({ pid: found.pid }, `PostgreSQL is ${found.status || 'starting'}; waiting for it.`);
  const isSettled = (): boolean =>
    !isWanted() || !isPostmaster(found.pid, home.data, home.account) || look()?.status === 'ready';
  if (await waitUntil(isSettled, RECOVERY_MS)) return look();
  throw new Error(
    `PostgreSQL (process ${String(found.pid)}) on ${home.data} has been ${found.status || 'starting'} for ` +
      `${String(RECOVERY_MS / 1000)} s. See ${home.log}, or end that process.`,
  );
}

/** The port of the last time; another when that is taken. */
async function choosePort({ home, log }: ServerContext): Promise<number> {
  const recorded = recordedPort(home);
  if (recorded !== undefined && (await isFree(recorded))) return recorded;
  const port = await freePort();
  if (recorded !== undefined)
    log.warn({ recorded, port }, `Port ${String(recorded)} is taken; PostgreSQL moves.`);
  return port;
}

type Unready = Exclude<Launch, { outcome: 'ready' }>;

function isRetryable({ outcome }: Unready, fixedPort: number | undefined): boolean {
  return outcome === 'busy' || (outcome === 'port-taken' && fixedPort === undefined);
}

function startFailure({ home }: ServerContext, port: number, tail: string): Error {
  return new Error(
    `PostgreSQL did not start on ${home.data} (port ${String(port)}). The end of ${home.log}:\n${tail || '(nothing)'}`,
  );
}
