// Writes docs/openapi.json from the running code; with --check says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fail, inRoot, root } from './lib/project.mjs';
import { prepare } from './lib/prepare.mjs';

const file = inRoot('docs/openapi.json');

await prepare();
process.chdir(root);
const { openApiDocument } = await import('../dist/src/commands/openapi.main.js');
const wanted = await format(sorted(await openApiDocument()));
if (process.argv.includes('--check')) compare(readOr(''), wanted);
else writeFileSync(file, wanted);
// Whatever the application keeps open is of no use here.
process.exit();

/** The same value with the keys of every object in order, so that a diff shows real changes only. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

async function format(document) {
  const prettier = await import('prettier');
  const style = await prettier.resolveConfig(file);
  return prettier.format(JSON.stringify(document), { ...style, parser: 'json' });
}

function readOr(absent) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return absent;
  }
}

function compare(present, wanted) {
  if (present === wanted) return;
  const [was, is] = [present.split('\n'), wanted.split('\n')];
  const line = is.findIndex((text, index) => text !== was[index]);
  const first = line < 0 ? is.length : line;
  fail(
    [
      'docs/openapi.json is not what the code says; `npm run openapi` writes it anew.',
      `First difference, line ${first + 1}:`,
      ...was.slice(first, first + 5).map((text) => `- ${text}`),
      ...is.slice(first, first + 5).map((text) => `+ ${text}`),
    ].join('\n'),
  );
}
