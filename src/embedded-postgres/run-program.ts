import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { parse } from 'node:path';
import type { Account } from './installation/account.js';

export interface Program {
  file: string;
  args: string[];
  account: Account | undefined;
  stdio: StdioOptions;
  /** Whether it goes on when this process ends or its terminal sends an interrupt. */
  detached: boolean;
}

/** Starts one of PostgreSQL's programs as its account, with none of our environment: PGDATA, TZ and the like mislead it. */
export function startProgram({ file, args, account, stdio, detached }: Program): ChildProcess {
  return spawn(file, args, {
    stdio,
    detached,
    windowsHide: true,
    // Our own folder may be one that the account cannot enter.
    cwd: parse(file).root,
    ...(process.platform === 'win32'
      ? {}
      : { env: { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' } }),
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  });
}

/** A program that is told to end tidies up first; it is killed after this long. */
const TIDY_MS = 2000;

/**
 * Runs a program to its end and resolves with what it printed; rejects with that when it fails. Ends it when `signal`
 * is aborted, and rejects once it is gone.
 */
export async function runProgram(
  file: string,
  args: string[],
  account: Account | undefined,
  signal?: AbortSignal,
): Promise<string> {
  signal?.throwIfAborted();
  const child = startProgram({
    file,
    args,
    account,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: false,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const end = (): void => terminateThenKill(child);
  signal?.addEventListener('abort', end);
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.on('error', (error) => reject(startError(file, error)));
    child.on('close', (status, killedBy) => resolve(status ?? killedBy));
  });
  signal?.removeEventListener('abort', end);
  if (code === 0) return output;
  throw new Error(
    `${file} failed (${String(code)}):\n${output.trim().split('\n').slice(-20).join('\n')}`,
  );
}

function terminateThenKill(child: ChildProcess): void {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), TIDY_MS);
  child.on('close', () => {
    clearTimeout(timer);
  });
}

/** Says why the system did not even start the program. */
export function startError(file: string, error: Error): Error {
  const { code } = error as NodeJS.ErrnoException;
  const reason =
    code === 'ENOENT'
      ? 'the system has no loader for it; it needs glibc, which Alpine Linux does not have'
      : error.message;
  return new Error(
    `Cannot run ${file}: ${reason}. Use a glibc system, or set DATABASE_URL to a PostgreSQL of yours.`,
    {
      cause: error,
    },
  );
}
