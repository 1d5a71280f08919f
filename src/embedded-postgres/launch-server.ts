import type { StdioOptions } from 'node:child_process';
import { closeSync } from 'node:fs';
import { type OpenLog, openLog, tailSince } from './server-log.js';
import { waitUntil, findPostmaster, type Postmaster, stopPostmaster } from './postmaster.js';
import { startError, startProgram } from './run-program.js';
import { settingArguments } from './server-settings.js';
import type { ServerContext } from './server-context.js';

/** Recovery of 2 GB of log on a slow disk takes minutes; the server says "starting" all that time. */
export const RECOVERY_MS = 300_000;

export type Launch =
  | { outcome: 'ready'; pid: number }
  /** May work in a while: processes of a dead server still hold its memory, another start was faster, killed. */
  | { outcome: 'busy'; tail: string }
  | { outcome: 'port-taken'; tail: string }
  | { outcome: 'failed'; tail: string };

const alwaysWanted = (): boolean => true;

/**
 * Starts a server on a data folder, detached and with its output in the log file, so that it outlives a killed node.
 * Resolves when it is ready or has ended, be it because it was no longer wanted; rejects when the program cannot be run
 * or is not ready within 5 minutes.
 */
export async function launch(
  site: ServerContext,
  data: string,
  port: number,
  isWanted: () => boolean = alwaysWanted,
): Promise<Launch> {
  const run = startPostmaster(site, data, port);
  const { account } = site.home;
  const isReady = (): boolean => isReadyAs(run.pid, findPostmaster(data, account));
  await waitUntil(() => run.hasEnded || isReady() || !isWanted(), RECOVERY_MS);
  if (run.failure) throw run.failure;
  if (!run.hasEnded && isReady()) return { outcome: 'ready', pid: run.pid };
  const tail = tailSince(run.output.path, run.output.start);
  if (run.wasKilled) return { outcome: 'busy', tail: `${tail}\n(killed)` };
  if (run.hasEnded) return classifyExit(tail);
  await stopPostmaster(run.pid, data, account);
  if (!isWanted()) return { outcome: 'busy', tail: `${tail}\n(no longer wanted)` };
  throw new Error(
    `PostgreSQL on ${data} was not ready after ${String(RECOVERY_MS / 1000)} s, and was stopped. ` +
      `The end of ${run.output.path}:\n${tail}`,
  );
}

interface Run {
  /** 0 when the system could not start it. */
  pid: number;
  output: OpenLog;
  hasEnded: boolean;
  /** By kill -9, be it the system's for want of memory; nothing is known against another attempt. */
  wasKilled: boolean;
  /** Why the system could not start the program at all. */
  failure: Error | undefined;
}

function startPostmaster(
  { home, binaries, settings }: ServerContext,
  data: string,
  port: number,
): Run {
  const file = binaries.postgres;
  const args = ['-D', data, ...settingArguments(port, settings)];
  const output = openLog(home);
  try {
    const stdio: StdioOptions = ['ignore', output.descriptor, output.descriptor];
    const child = startProgram({ file, args, account: home.account, stdio, detached: true });
    child.unref();
    const pid = child.pid ?? 0;
    const run: Run = { pid, output, hasEnded: false, wasKilled: false, failure: undefined };
    child.once('exit', (_code, signal) => {
      run.hasEnded = true;
      run.wasKilled = signal === 'SIGKILL';
    });
    child.once('error', (error) => {
      run.hasEnded = true;
      run.failure = startError(file, error);
    });
    return run;
  } finally {
    closeSync(output.descriptor);
  }
}

function isReadyAs(pid: number, found: Postmaster | undefined): boolean {
  return found?.pid === pid && found.status === 'ready';
}

/** Goes by the server's words, which are English because lc_messages is C. */
function classifyExit(tail: string): Launch {
  if (/lock file "postmaster\.pid" already exists|pre-existing shared memory block/.test(tail)) {
    return { outcome: 'busy', tail };
  }
  if (/could not create any TCP\/IP sockets/.test(tail)) return { outcome: 'port-taken', tail };
  return { outcome: 'failed', tail };
}
