import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  callsTo,
  once,
  type RunningServer,
  type ServerOptions,
  surroundingsOf,
} from './test-server.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface SpawnOptions extends ServerOptions {
  /** What is run, a path in the repository; absent: the built server itself. */
  readonly program?: string;
  /** Milliseconds that the server has to say that it listens; 60,000 when absent. */
  readonly startTimeout?: number;
}

/** The built server as a process of its own, which a test may kill. */
export interface SpawnedServer extends RunningServer {
  readonly pid: number;
  /** Everything the process wrote so far. */
  output(): string;
  /** Sends a signal that ends the process, and waits for that. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /**
   * Asks the process to end (SIGTERM) and waits for it, leaving database and files.
   * @returns its exit code; null when it was ended by force after 15 s
   */
  stop(): Promise<number | null>;
  /** Resolves with the exit code once the process has ended by itself. */
  readonly exited: Promise<number | null>;
}

/**
 * Starts the built server on a free port. The caller closes it; `useServers` does that by itself.
 * @throws Error with the process's output when it ends, or does not listen in time
 */
export async function spawnServer(options: SpawnOptions = {}): Promise<SpawnedServer> {
  const surroundings = await surroundingsOf(options);
  const child = spawn(process.execPath, [options.program ?? 'dist/src/main.js'], {
    cwd: root,
    // The line that names the URL is of level info.
    env: {
      PATH: process.env.PATH,
      ...surroundings.variables,
      GMS_LOG_LEVEL: 'info',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = gather(child);
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  let url: string;
  try {
    url = await listening(child, output, options.startTimeout ?? 60_000);
  } catch (error) {
    await end('SIGKILL');
    await surroundings.remove();
    throw error;
  }
  const { calls, client } = callsTo(url);
  const stop = () => {
    const force = setTimeout(() => child.kill('SIGKILL'), 15_000);
    return end('SIGTERM').finally(() => {
      clearTimeout(force);
    });
  };
  return {
    ...calls,
    url,
    databaseUrl: surroundings.databaseUrl,
    pid: child.pid!,
    output,
    exited,
    kill: async (signal) => {
      await end(signal);
    },
    stop,
    close: once(async () => {
      client.close();
      await stop();
      await surroundings.remove();
    }),
  };
}

function gather(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  return () => text;
}

/** Waits for the log line `{"msg":"listening","url":…}`. */
function listening(child: ChildProcess, output: () => string, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(limit);
      reject(new Error(`the server ${why}:\n${output()}`));
    };
    const limit = setTimeout(() => fail(`did not listen within ${timeout} ms`), timeout);
    child.on('error', (error) => fail(`could not be spawned: ${error.message}`));
    child.on('close', (code, signal) => fail(`ended with ${code ?? signal}`));
    child.stdout?.on('data', () => {
      const url = urlIn(output());
      if (url === undefined) return;
      clearTimeout(limit);
      resolve(url);
    });
  });
}

function urlIn(output: string): string | undefined {
  for (const line of output.split('\n').slice(0, -1)) {
    if (!line.includes('"listening"')) continue;
    const { msg, url } = JSON.parse(line) as { msg: string; url: string };
    if (msg === 'listening') return url.replace(/\/$/, '');
  }
  return undefined;
}
