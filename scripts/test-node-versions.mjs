// npm run test:node-versions: starts the built server on every Node that it is for and makes one
// journey over HTTP on each. The last line is `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { prepare } from './lib/prepare.mjs';
import { inRoot, root } from './lib/project.mjs';

/** The oldest that package.json takes, and one of each line since. */
const versions = ['20.19.0', '22.23.5', '24.22.1', '26.12.1'];

const startMs = 60_000;
const stopMs = 20_000;

/** Downloads the versions' programs from npm, where each platform has a package of its own. */
function install(folder) {
  const name = `node-${process.platform}-${process.arch}`;
  const dependencies = Object.fromEntries(
    versions.map((version) => [`node-${version}`, `npm:${name}@${version}`]),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const words = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', words, {
    cwd: folder,
    stdio: ['ignore', process.stderr, 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${name} could not be installed in ${versions.join(', ')}`);
}

/** Starts the server, makes the journey, stops it. Throws when any of it goes wrong. */
async function tryVersion(version, folder) {
  const node = join(folder, 'node_modules', `node-${version}`, 'bin', 'node');
  const server = spawn(node, [inRoot('dist/src/main.js')], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: '0', GMS_DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  }
  const ended = new Promise((resolve) => {
    server.on('error', resolve);
    server.on('close', resolve);
  });
  try {
    const url = await within(
      startMs,
      listening(() => output, ended),
    );
    await journey(url, version);
    server.kill('SIGTERM');
    const code = await within(stopMs, ended);
    if (code !== 0) throw new Error(`the stop ended with ${code}`);
  } catch (error) {
    server.kill('SIGKILL');
    throw new Error(`${error.message}\n${output}`, { cause: error });
  }
}

async function listening(output, ended) {
  let isOver = false;
  void ended.then(() => (isOver = true));
  for (;;) {
    const url = /"url":"([^"]+)","msg":"listening"/.exec(output())?.[1];
    if (url !== undefined) return url;
    if (isOver) throw new Error('the server ended before it listened');
    await delay(50);
  }
}

/** An app asks for a number and leaves data; the voice side finds the app's customer and reads them. */
async function journey(url, version) {
  const node = await call('GET', `${url}/genesys/1/admin/node`);
  expect(node.nodeVersion, `v${version}`);
  const service = `${url}/genesys/1/service`;
  const asked = { _phone_number: '6504669999', _provide_code: 'true', language: 'french' };
  const { _id, _access_number, _access_code } = await call(
    'POST',
    `${service}/request-interaction`,
    asked,
  );
  const matched = await call('POST', `${service}/match-interaction`, {
    _access_number,
    _access_code,
  });
  expect(matched._id, _id);
  expect((await call('GET', `${url}/genesys/1/storage/${matched._data_id}`)).language, 'french');
}

async function call(method, address, form) {
  const body = form && new URLSearchParams(form);
  const answer = await fetch(address, { method, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${address} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

function expect(found, wanted) {
  if (found !== wanted) throw new Error(`found ${found} instead of ${wanted}`);
}

async function within(limitMs, promise) {
  const timer = new AbortController();
  const late = delay(limitMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`not within ${limitMs} ms`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}

async function run(folder) {
  let failed = 0;
  for (const version of versions) {
    try {
      await tryVersion(version, folder);
      process.stdout.write(`✓ the journey on Node ${version}\n`);
    } catch (error) {
      failed += 1;
      process.stdout.write(`✕ the journey on Node ${version}\n${error.message}\n`);
    }
  }
  return failed;
}

await prepare();
const folder = mkdtempSync(join(tmpdir(), `opengms-test-${process.pid}-`));
// Started by root, PostgreSQL runs as another account, which must get through here.
chmodSync(folder, 0o755);
let failed = versions.length;
try {
  install(folder);
  failed = await run(folder);
} catch (error) {
  process.stdout.write(`${error.message}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${versions.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
