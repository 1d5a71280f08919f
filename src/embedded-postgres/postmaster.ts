import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isInUse } from './coordination/process-identity.js';
import type { Account } from './installation/account.js';
import type { Log } from './embedded-postgres.js';

const POLL_MS = 10;
/** Supervisors of processes kill after 10 s as a rule, which costs a recovery as well. */
const FAST_STOP_MS = 8_000;
const IMMEDIATE_STOP_MS = 8_000;
const REAP_MS = 100;

/** A living postmaster of one data folder. */
export interface Postmaster {
  pid: number;
  port: number;
  /** What it says of itself: `ready`, `starting`, `stopping`, or empty when it has not said yet. */
  status: string;
}

/** The postmaster that runs on a data folder, or undefined when none does. */
export function findPostmaster(data: string, account: Account | undefined): Postmaster | undefined {
  const lines = readLines(pidFile(data));
  const pid = Number(lines[0]);
  if (!isPostmaster(pid, data, account)) return undefined;
  return { pid, port: Number(lines[3]), status: (lines[7] ?? '').trim() };
}

/**
 * Removes a postmaster.pid that would keep PostgreSQL from starting though no server runs: one that names a process of
 * somebody else (pids are reused, above all in containers) or a zombie. Call only when nobody can be starting a server.
 */
export function removeMisleadingPidFile(
  data: string,
  account: Account | undefined,
  log: Log,
): void {
  const file = pidFile(data);
  const pid = Number(readLines(file)[0]);
  if (!pid || !isInUse(pid) || isPostmaster(pid, data, account)) return;
  log.warn(
    { pid, file },
    `${file} named process ${String(pid)}, which is no PostgreSQL of this folder; removed it.`,
  );
  rmSync(file, { force: true });
}

/** Whether a process is the postmaster of a data folder and runs as the account that it should. */
export function isPostmaster(pid: number, data: string, account: Account | undefined): boolean {
  if (!identityOf(pid)) return false;
  if (process.platform === 'win32') return true;
  if (process.platform !== 'linux') return isPostmasterByPs(pid, data);
  // Root must not signal whatever process the server's account writes into the file.
  const uid = statSync(`/proc/${String(pid)}`, { throwIfNoEntry: false })?.uid;
  if (account && uid !== account.uid) return false;
  // Its children have rewritten their command lines, so only the postmaster still shows its arguments.
  const [program = '', ...args] = commandLine(pid);
  if (basename(program) !== 'postgres') return false;
  return samePath(args[args.indexOf('-D') + 1] ?? '', data) || samePath(currentFolder(pid), data);
}

/**
 * Stops a postmaster and waits for its end: at first fast (sessions are cut, data is written out), after 8 s
 * immediately (the next start recovers). Throws when it outlives even that.
 */
export async function stopPostmaster(
  pid: number,
  data: string,
  account: Account | undefined,
): Promise<void> {
  const lives = (): boolean => isPostmaster(pid, data, account);
  const ended =
    (await signalAndWait(pid, 'SIGINT', FAST_STOP_MS, lives)) ||
    (await signalAndWait(pid, 'SIGQUIT', IMMEDIATE_STOP_MS, lives));
  // Lets node reap its own child, which would else stay a zombie where process 1 reaps nothing.
  if (ended) await waitUntil(() => !isInUse(pid), REAP_MS);
  if (ended) return;
  throw new Error(
    `PostgreSQL (process ${String(pid)}) on ${data} does not stop; end it with kill -9 ${String(pid)}.`,
  );
}

/** Resolves to whether `condition` became true within `limitMs`; looks every 10 ms. */
export async function waitUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

async function signalAndWait(
  pid: number,
  signal: NodeJS.Signals,
  limitMs: number,
  lives: () => boolean,
): Promise<boolean> {
  if (!lives()) return true;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  return waitUntil(() => !lives(), limitMs);
}

function isPostmasterByPs(pid: number, data: string): boolean {
  try {
    const args = execFileSync('/bin/ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    return args.includes('postgres') && args.includes(data);
  } catch {
    return false;
  }
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Where a process is; the only sign left when the data folder was moved. Hidden from root in some containers. */
function currentFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${String(pid)}/cwd`);
  } catch {
    return '';
  }
}

function samePath(path: string, data: string): boolean {
  try {
    return path !== '' && realpathSync(path) === realpathSync(data);
  } catch {
    return false;
  }
}

function pidFile(data: string): string {
  return join(data, 'postmaster.pid');
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
