import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { filesBelow, inRoot } from './project.mjs';

/** The SHA-256 of each migration of the checkout, by its file name. */
export function migrationHashes() {
  const entries = filesBelow('migrations')
    .filter((path) => /\/\d+-\w+\.ts$/.test(path))
    .map((path) => [
      path.slice('migrations/'.length),
      createHash('sha256')
        .update(readFileSync(inRoot(path)))
        .digest('hex'),
    ]);
  return Object.fromEntries(entries);
}

/** A landed migration never changes again: databases have run it as it was. One line a fault. */
export function changedMigrations(known, found) {
  return Object.entries(known).flatMap(([name, hash]) => {
    if (found[name] === undefined) return [`the landed migration ${name} is gone`];
    return found[name] === hash ? [] : [`the landed migration ${name} was changed`];
  });
}
