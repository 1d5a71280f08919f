import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fail, inRoot, root } from './project.mjs';
import { locked } from './lock.mjs';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Installs the dependencies when node_modules does not hold what package-lock.json names. */
export async function install() {
  if (isInstalled()) return;
  await locked(async () => {
    if (isInstalled()) return;
    process.stderr.write('installing dependencies (npm ci)\n');
    const status = await npm('ci', '--include=dev', '--no-audit', '--no-fund');
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

/**
 * Runs npm: the very one that started this script, when one did. Its talk goes to stderr. A signal
 * to stop ends it with all that it runs, then this process.
 */
async function npm(...words) {
  const own = process.env.npm_execpath;
  const [command, first] = own?.endsWith('npm-cli.js') ? [process.execPath, [own]] : ['npm', []];
  const isWindows = process.platform === 'win32';
  const child = spawn(command, [...first, ...words], {
    cwd: root,
    stdio: ['ignore', process.stderr, 'inherit'],
    shell: isWindows && command === 'npm',
    // A process group of its own can be ended whole.
    detached: !isWindows,
  });
  let told;
  const end = (signal) => {
    told = signal;
    endGroup(child, isWindows);
  };
  for (const signal of stopSignals) process.on(signal, end);
  const status = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', resolve);
  });
  for (const signal of stopSignals) process.off(signal, end);
  if (told !== undefined) {
    endGroup(child, isWindows);
    fail(`told to stop by ${told} before everything was installed`);
  }
  return status;
}

function endGroup({ pid }, isWindows) {
  try {
    process.kill(isWindows ? pid : -pid, 'SIGKILL');
  } catch (error) {
    // Nobody of the group is left.
    if (error.code !== 'ESRCH') throw error;
  }
}
