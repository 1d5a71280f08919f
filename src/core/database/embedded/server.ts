import { setTimeout as sleep } from 'node:timers/promises';
import { launch, type Launch, RECOVERY_MS } from './launch.js';
import { freePort, isFree, recordedPort, recordPort } from './port.js';
import {
  becomesTrue,
  findPostmaster,
  isPostmaster,
  type Postmaster,
  removeMisleadingPidFile,
} from './postmaster.js';
import type { Site } from './site.js';

/** The children of a killed postmaster hold its memory for 2 to 3 s, longer when they are busy. */
const BUSY_MS = 30_000;
const AGAIN_MS = 100;

export interface Server {
  pid: number;
  port: number;
  /** Whether it ran already. */
  adopted: boolean;
}

export interface Demand {
  /** The port in the URLs of living processes, when there are any: no other will do. */
  fixedPort: number | undefined;
  /** Asked between attempts; false gives up early. */
  isWanted: () => boolean;
}

/** Finds the running server of a site or starts it. Call under the start lock, with the cluster in place. */
export async function ensureServer(site: Site, { fixedPort, isWanted }: Demand): Promise<Server> {
  const { home, log } = site;
  const deadline = Date.now() + BUSY_MS;
  for (;;) {
    const running = await settled(site, isWanted);
    if (running) return adopt(site, running);
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
    const hopeless = !mayPass(result, fixedPort) || Date.now() >= deadline;
    if (hopeless || !isWanted()) throw startFailure(site, port, result.tail);
    await sleep(AGAIN_MS);
  }
}

function adopt({ home, log }: Site, { pid, port }: Postmaster): Server {
  log.info(
    { port, pid, folder: home.folder },
    `Using the PostgreSQL that runs on port ${String(port)}.`,
  );
  recordPort(home, port);
  return { pid, port, adopted: true };
}

/** The site's postmaster once it is ready; undefined when there is none, or it was stopping and has ended. */
async function settled(
  { home, log }: Site,
  isWanted: () => boolean,
): Promise<Postmaster | undefined> {
  const look = (): Postmaster | undefined => findPostmaster(home.data, home.account);
  const found = look();
  if (!found || found.status === 'ready') return found;
  log.info({ pid: found.pid }, `PostgreSQL is ${found.status || 'starting'}; waiting for it.`);
  const isSettled = (): boolean =>
    !isWanted() || !isPostmaster(found.pid, home.data, home.account) || look()?.status === 'ready';
  if (await becomesTrue(isSettled, RECOVERY_MS)) return look();
  throw new Error(
    `PostgreSQL (process ${String(found.pid)}) on ${home.data} has been ${found.status || 'starting'} for ` +
      `${String(RECOVERY_MS / 1000)} s. See ${home.log}, or end that process.`,
  );
}

/** The port of the last time; another when that is taken. */
async function choosePort({ home, log }: Site): Promise<number> {
  const recorded = recordedPort(home);
  if (recorded !== undefined && (await isFree(recorded))) return recorded;
  const port = await freePort();
  if (recorded !== undefined)
    log.warn({ recorded, port }, `Port ${String(recorded)} is taken; PostgreSQL moves.`);
  return port;
}

type Unready = Exclude<Launch, { outcome: 'ready' }>;

function mayPass({ outcome }: Unready, fixedPort: number | undefined): boolean {
  return outcome === 'busy' || (outcome === 'port-taken' && fixedPort === undefined);
}

function startFailure({ home }: Site, port: number, tail: string): Error {
  return new Error(
    `PostgreSQL did not start on ${home.data} (port ${String(port)}). The end of ${home.log}:\n${tail || '(nothing)'}`,
  );
}
