import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { filesBelow, fingerprint, inRoot, root } from './project.mjs';
import { locked } from './lock.mjs';

const stampFile = inRoot('dist/.stamp');

/** Compiles the server into dist/ unless dist/ is up to date. */
export async function build() {
  await compileWhenNeeded();
  noteCommit();
}

async function compileWhenNeeded() {
  if (isUpToDate()) return;
  await locked(async () => {
    if (!isUpToDate()) await compile();
  });
}

/**
 * Leaves in dist/.commit which commit was built: COMMIT where the sources come without their history,
 * as in an image, else what git says. A build without either goes on.
 */
function noteCommit() {
  const commit = process.env.COMMIT?.trim() || commitOfCheckout();
  const file = inRoot('dist/.commit');
  if (existsSync(file) && readFileSync(file, 'utf8') === commit) return;
  replace('dist/.commit', commit);
}

function commitOfCheckout() {
  // A checkout's own history alone: this folder may lie inside another one.
  if (!existsSync(inRoot('.git'))) return '';
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : '';
}

function isUpToDate() {
  try {
    return readFileSync(stampFile, 'utf8') === stamp(inputs());
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Everything that dist/ is made of; what is not TypeScript (pages, JSON) is copied as it is. */
function inputs() {
  return [...filesBelow('src'), ...filesBelow('migrations'), ...atTheTop()].filter(
    (file) => !/\.(spec|d)\.ts$/.test(file),
  );
}

function atTheTop() {
  return ['ormconfig.ts'].filter((file) => existsSync(inRoot(file)));
}

function stamp(files) {
  return fingerprint([...files, '.swcrc', 'package-lock.json', 'scripts/lib/build.mjs']);
}

async function compile() {
  const started = performance.now();
  const files = inputs();
  // Taken before reading the sources: one that changes meanwhile makes the next build run.
  const newStamp = stamp(files);
  const { transformFile } = await import('@swc/core');
  const outputs = await Promise.all(files.map((file) => produce(file, transformFile)));
  removeAllBut(new Set(outputs.flat()));
  replace('dist/.stamp', newStamp);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stderr.write(`built ${files.length} files in ${seconds} s\n`);
}

/** Writes what one input becomes and returns the paths of its outputs. */
async function produce(file, transformFile) {
  if (!file.endsWith('.ts')) return [replace(`dist/${file}`, readFileSync(inRoot(file)))];
  const output = `dist/${file.replace(/ts$/, 'js')}`;
  const { code, map } = await transformFile(inRoot(file), {
    cwd: root,
    sourceFileName: relative(dirname(inRoot(output)), inRoot(file)),
  });
  const link = `\n//# sourceMappingURL=${output.split('/').pop()}.map\n`;
  return [replace(`${output}.map`, map), replace(output, code.trimEnd() + link)];
}

/** Writes a file in one step, so that a server that starts meanwhile reads the old or the new. */
function replace(file, content) {
  const path = inRoot(file);
  const draft = `${path}.${randomUUID()}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(draft, content);
  renameSync(draft, path);
  return file;
}

/** A deleted source must not live on in dist/. */
function removeAllBut(outputs) {
  for (const file of filesBelow('dist')) {
    if (!outputs.has(file) && !file.startsWith('dist/.')) rmSync(inRoot(file), { force: true });
  }
}
