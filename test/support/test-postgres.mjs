import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const prefix = 'opengms-test-';

/** Starts the run's own PostgreSQL in a temporary folder that names this process. */
export async function startTestPostgres() {
  await removeLeftovers();
  const { startEmbeddedPostgres } = await import('../../dist/src/embedded-postgres/index.js');
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  // Started by root, PostgreSQL runs as another account, which must get through here.
  chmodSync(folder, 0o755);
  try {
    const server = await startEmbeddedPostgres({
      dataDir: folder,
      database: 'gms_test',
      settings: {
        // Nobody needs the data of a test run after a crash.
        fsync: 'off',
        synchronous_commit: 'off',
        full_page_writes: 'off',
        max_connections: '300',
        shared_buffers: '128MB',
      },
      log: { debug: silent, info: silent, warn: silent, error: console.error },
    });
    return { url: server.url, stop: () => stop(server, folder) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function silent() {}

async function stop(server, folder) {
  await server.stop();
  for (const path of [server.folder, folder]) rmSync(path, { recursive: true, force: true });
}

/** Ends the servers and removes the folders of runs that were killed: they cannot do it. */
export async function removeLeftovers() {
  for (const name of readdirSync(tmpdir())) {
    const run = new RegExp(`^${prefix}(\\d+)-`).exec(name);
    if (run === null || isAlive(Number(run[1]))) continue;
    const folder = join(tmpdir(), name);
    try {
      await endServer(folder);
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      // It is another account's, or another run is removing it just now.
      if (!['EACCES', 'EPERM', 'ENOENT'].includes(error.code)) throw error;
    }
  }
}

/** Ends the server whose data is somewhere below the folder, if one runs. */
export async function endServer(folder) {
  const file = readdirSync(folder, { recursive: true }).find((path) =>
    path.endsWith('postmaster.pid'),
  );
  if (file === undefined) return;
  const postmaster = Number.parseInt(readFileSync(join(folder, file), 'utf8'), 10);
  if (!isServerOf(postmaster, folder)) return;
  process.kill(postmaster, 'SIGQUIT');
  for (let waited = 0; isAlive(postmaster) && waited < 5000; waited += 50) await delay(50);
}

/** The id in the file may be another program's by now; where that cannot be seen, leave it. */
function isServerOf(pid, folder) {
  const commandLine = `/proc/${pid}/cmdline`;
  return existsSync(commandLine) && readFileSync(commandLine, 'utf8').includes(folder);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
