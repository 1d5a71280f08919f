import { afterAll, afterEach } from '@jest/globals';
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';
import { endServer } from './test-postgres.mjs';

/** The checkout that the tests run in. */
export const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** PostgreSQL runs as another account when the tests run as root, and some cases exist only then. */
export const isRoot = process.getuid?.() === 0;

/** Nobody needs a test's data after a loss of power. */
export const fast = { fsync: 'off', shared_buffers: '16MB' };

export interface UserOptions {
  dataDir: string;
  settings?: Record<string, string>;
  superviseIntervalMs?: number;
  /** Folder with `dist`, `node_modules` and `test`; the checkout when absent. */
  installation?: string;
  /** Account to run as, when the tests run as root. */
  uid?: number;
}

interface Started {
  url: string;
  port: number;
  adopted: boolean;
  folder: string;
}

/** A process that uses an embedded database. */
export interface DatabaseUser extends Started {
  pid: number;
  /** What it logged so far. */
  log(): string;
  /** Stops its use of the database and ends it. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

export interface EmbeddedDatabases {
  /** A new folder that every account may enter. */
  folder(): string;
  /** A new data folder with a database in it, copied from one that is made once a file. */
  seeded(): Promise<string>;
  /** Starts a process that uses the database; rejects with the message of its failure. */
  use(options: UserOptions): Promise<DatabaseUser>;
}

/** Embedded databases for one test file. Whatever a test leaves is ended after it, folders go after the last one. */
export function useEmbeddedDatabases(): EmbeddedDatabases {
  const folders: string[] = [];
  const users: DatabaseUser[] = [];
  const elsewhere = new Set<string>();
  let seed: Promise<string> | undefined;
  const folder = (): string => {
    // The next run removes what a killed one leaves under this name.
    const made = mkdtempSync(join(tmpdir(), `opengms-test-${process.pid}-`));
    chmodSync(made, 0o755);
    folders.push(made);
    return made;
  };
  const use = async (options: UserOptions): Promise<DatabaseUser> => {
    const user = await startUser(options);
    users.push(user);
    if (!user.folder.startsWith(options.dataDir)) elsewhere.add(user.folder);
    return user;
  };
  afterEach(async () => {
    for (const user of users.splice(0)) await user.kill();
    for (const path of [...folders, ...elsewhere]) if (existsSync(path)) await endServer(path);
  });
  afterAll(() => {
    for (const path of [...folders, ...elsewhere]) rmSync(path, { recursive: true, force: true });
  });
  return {
    folder,
    use,
    seeded: async () => {
      seed ??= makeSeed(folder(), use);
      const dataDir = folder();
      execFileSync('cp', ['-a', join(await seed, 'postgres'), dataDir]);
      rmSync(join(dataDir, 'postgres/port'));
      return dataDir;
    },
  };
}

async function makeSeed(dataDir: string, use: EmbeddedDatabases['use']): Promise<string> {
  await (await use({ dataDir, settings: fast })).stop();
  return dataDir;
}

/** Runs one statement on a connection of its own and returns its rows. */
export async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** Whether something answers on the URL. */
export async function answers(url: string): Promise<boolean> {
  return query(url, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

/** Waits up to 60 s for a condition, looking every 20 ms. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 60 s`);
    await sleep(20);
  }
}

/** The process that the server of a home folder wrote into postmaster.pid. */
export function postmasterOf(home: string): number {
  return Number.parseInt(readFileSync(join(home, 'data/postmaster.pid'), 'utf8'), 10);
}

async function startUser({
  installation = checkout,
  uid,
  ...options
}: UserOptions): Promise<DatabaseUser> {
  const module = join(installation, 'dist/src/embedded-postgres/index.js');
  const settings = { ...fast, ...options.settings };
  const child = fork(
    join(installation, 'test/support/embedded-database-user.mjs'),
    [pathToFileURL(module).href, JSON.stringify({ database: 'gms', ...options, settings })],
    {
      cwd: '/',
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      ...(uid ? { uid, gid: uid } : {}),
    },
  );
  const lines: string[] = [];
  const { closed, told } = listen(child, lines);
  const started = (await told('started')) as Started;
  const end = async (): Promise<void> => {
    if (child.connected) child.send('stop');
    if (child.exitCode === null && child.signalCode === null) await told('stopped');
    await closed;
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  return { ...started, pid: child.pid!, log: () => lines.join('\n'), stop: end, kill };
}

type Message = Partial<Record<'started' | 'stopped' | 'failed' | 'log', unknown>>;

/** Gathers the child's log and lets one wait for what it tells. */
function listen(child: ChildProcess, lines: string[]) {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.on('message', ({ log }: Message) => {
    if (log !== undefined) lines.push(String(log));
  });
  const told = (what: 'started' | 'stopped') =>
    new Promise<unknown>((resolve, reject) => {
      child.on('message', (message: Message) => {
        if (message.failed !== undefined) reject(new Error(String(message.failed)));
        if (message[what] !== undefined) resolve(message[what]);
      });
      void closed.then(() =>
        reject(new Error(`ended before it had ${what}:\n${lines.join('\n')}`)),
      );
    });
  return { closed, told };
}
