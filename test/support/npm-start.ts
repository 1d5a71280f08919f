import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from './eventually.js';

/** `npm start` in a process group of its own. */
export interface NpmStart {
  readonly npm: ChildProcess;
  /** Everything that was written so far. */
  output(): string;
  /** Sends a signal to npm alone, or with `all` to its whole group, as a terminal does. */
  signal(name: NodeJS.Signals, all?: 'all'): void;
  /** Resolves once no process of this start is left; they are told by `mark` in environment or arguments. */
  gone(): Promise<void>;
}

/** @param mark a text that no other process has, as the path of the data folder */
export function npmStart(
  checkout: string,
  mark: string,
  env: Readonly<Record<string, string>>,
): NpmStart {
  const npm = spawn('npm', ['start'], {
    cwd: checkout,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NPM_START_MARK: mark, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let text = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  const closed = new Promise<void>((resolve) => npm.on('close', () => resolve()));
  return {
    npm,
    output: () => text,
    signal: (name, all) => {
      process.kill(all ? -npm.pid! : npm.pid!, name);
    },
    gone: async () => {
      await eventually(() => {
        if (processesWith(mark).length > 0) throw new Error(`left: ${processesWith(mark).join()}`);
      }, 20_000);
      await closed;
    },
  };
}

/** The command lines of the processes that have a text in environment or arguments. */
export function processesWith(mark: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const words = read(`/proc/${pid}/cmdline`);
      return `${words}\0${read(`/proc/${pid}/environ`)}`.includes(mark) ? [`${pid} ${words}`] : [];
    });
}

/** Empty for a process that has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
