import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { inRoot } from './project.mjs';

const file = inRoot('dist/.lock');

/**
 * Runs `work` while no other process of this checkout does: `npm start` and `npm test` at once in
 * a fresh clone must not install or build over each other.
 */
export async function locked(work) {
  mkdirSync(inRoot('dist'), { recursive: true });
  while (!take()) await delay(100);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take() {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    // A link appears whole: nobody reads a lock that does not name its holder yet.
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  if (!isHeld()) rmSync(file, { force: true });
  return false;
}

/** A holder that was killed leaves its file behind. */
function isHeld() {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
