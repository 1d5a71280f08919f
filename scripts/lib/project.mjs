import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder, wherever the script was called from. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** An absolute path inside the checkout. */
export const inRoot = (...parts) => join(root, ...parts);

/** Ends the process with one clear line when this Node is too old for the code. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`OpenGMS needs Node 20.19 or later; this is ${process.versions.node}`);
}

/** Says why on stderr and ends the process with status 1. */
export function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

/** Paths of all files below a folder of the checkout, relative to the checkout, sorted. */
export function filesBelow(folder) {
  return readdirSync(inRoot(folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}

/**
 * A fingerprint of files by name, size and time of change: reading them all would cost more than
 * the rest of a start in which nothing changed.
 */
export function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(inRoot(file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
