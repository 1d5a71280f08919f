// npm run check [-- names]: every law that is a program, two at a time (the machines that run this
// have few cores). Warnings are shown but do not fail.
import { spawn } from 'node:child_process';
import { citationFaults } from './lib/citations.mjs';
import { folderCircles } from './lib/folder-circles.mjs';
import { lockFileFaults } from './lib/lock-file.mjs';
import { fail, filesBelow, inRoot, root } from './lib/project.mjs';
import { prepare } from './lib/prepare.mjs';

const cache = 'node_modules/.cache';

// The longest first, so that the pair ends at about the same time.
const checks = {
  eslint: () => run('eslint/bin/eslint.js', '.'),
  tsc: () => run('typescript/bin/tsc', '--incremental', '--tsBuildInfoFile', `${cache}/tsc.json`),
  prettier: () =>
    run('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '--cache', '.').then(addHint),
  'dependency-cruiser': () =>
    run(
      'dependency-cruiser/bin/dependency-cruise.mjs',
      '--config=.dependency-cruiser.cjs',
      ...['src', 'migrations', 'ormconfig.ts'],
    ),
  openapi: () => node(inRoot('scripts/openapi.mjs'), '--check'),
  schema: () => node(inRoot('scripts/schema.mjs'), '--check'),
  'folder-circles': async () => {
    const circles = folderCircles(
      root,
      filesBelow('src').filter((file) => file.endsWith('.ts')),
    );
    return { failed: circles.length > 0, output: circles.join('\n') };
  },
  citations: async () => {
    const sources = ['src', 'test', 'bench', 'scripts'].flatMap(filesBelow);
    const faults = citationFaults(
      root,
      sources.filter((file) => /\.(ts|mts|mjs|cjs)$/.test(file)),
    );
    return { failed: faults.length > 0, output: faults.join('\n') };
  },
  'lock-file': async () => {
    const faults = lockFileFaults();
    return { failed: faults.length > 0, output: faults.join('\n') };
  },
};

await prepare();
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(checks);
const unknown = names.filter((name) => !(name in checks));
if (unknown.length > 0) {
  fail(`unknown: ${unknown.join(', ')}; the checks are ${Object.keys(checks).join(', ')}`);
}

const waiting = [...names];
await Promise.all([worker(), worker()]);

async function worker() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const started = performance.now();
    const { failed, output } = await checks[name]();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${failed ? 'FAILED' : 'ok    '}  ${name.padEnd(20)} ${seconds.padStart(5)} s`);
    if (output.trim() !== '') console.log(output.trim().replace(/^/gm, '        '));
    if (failed) process.exitCode = 1;
  }
}

function run(program, ...words) {
  return node(inRoot('node_modules', program), ...words);
}

/** Runs a Node program and gathers what it says. */
function node(program, ...words) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], { cwd: root });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ failed: code !== 0, output }));
  });
}

function addHint({ failed, output }) {
  return { failed, output: failed ? `${output}\nnpm run format rewrites them` : output };
}
