import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fail, inRoot, root } from './project.mjs';
import { locked } from './lock.mjs';

/** Installs the dependencies when node_modules does not hold what package-lock.json names. */
export async function install() {
  if (isInstalled()) return;
  await locked(() => {
    if (isInstalled()) return;
    process.stderr.write('installing dependencies (npm ci)\n');
    const { status } = npm('ci', '--include=dev', '--no-audit', '--no-fund');
    if (status !== 0) fail('npm ci failed');
  });
}

/**
 * Compares npm's own record of what it installed with the lock file. By content, not by time: a
 * checkout or `npm install` touches the lock file without making node_modules stale.
 */
function isInstalled() {
  try {
    const wanted = packagesOf('package-lock.json');
    const present = packagesOf('node_modules/.package-lock.json');
    return Object.entries(wanted).every(([path, { version, optional }]) => {
      if (path === '') return true;
      // Optional packages of other platforms are never installed.
      if (present[path] === undefined) return optional === true;
      return present[path].version === version;
    });
  } catch {
    return false;
  }
}

function packagesOf(file) {
  return JSON.parse(readFileSync(inRoot(file), 'utf8')).packages;
}

/** Runs npm: the very one that started this script, when one did. Its talk goes to stderr. */
function npm(...words) {
  const own = process.env.npm_execpath;
  const [command, first] = own?.endsWith('npm-cli.js') ? [process.execPath, [own]] : ['npm', []];
  return spawnSync(command, [...first, ...words], {
    cwd: root,
    stdio: ['ignore', process.stderr, 'inherit'],
    shell: process.platform === 'win32' && command === 'npm',
  });
}
