import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endServer } from '../../test/support/test-postgres.mjs';

const prefix = 'opengms-bench-';

/** Makes the run's own folder; its name tells later runs whose it is. */
export async function makeFolder(closing) {
  await removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  // Started by root, PostgreSQL runs as another account, which must get through here.
  chmodSync(folder, 0o755);
  closing.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Ends the PostgreSQL servers and removes the folders of runs that were killed. */
async function removeLeftovers() {
  for (const name of readdirSync(tmpdir())) {
    const run = new RegExp(`^${prefix}(\\d+)-`).exec(name);
    if (run === null || isAlive(Number(run[1]))) continue;
    await endServer(join(tmpdir(), name));
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
