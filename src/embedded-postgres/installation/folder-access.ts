import { realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Account } from './account.js';
import { lstatIfReachable } from './lstat-if-reachable.js';

const READ = 4;
const ENTER = 1;

/** Whether the account may enter every folder down to `path`, as far as it exists. Goes by permission bits alone. */
export function canEnter(account: Account, path: string): boolean {
  return foldersDownTo(existingPart(path)).every((folder) => {
    const stats = statSync(folder);
    // A file in the way is no matter of permission; creating the folder will say so.
    return !stats.isDirectory() || permits(account, stats, ENTER);
  });
}

/** Whether the account may read the file at `path`. */
export function canRead(account: Account, path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && permits(account, stats, READ) && canEnter(account, dirname(path));
}

/** The deepest folder on the way to `path` that exists, links resolved. */
export function existingPart(path: string): string {
  let part = resolve(path);
  while (!lstatIfReachable(part)) part = dirname(part);
  return realpathSync(part);
}

function foldersDownTo(path: string): string[] {
  const parts = path.split('/').filter(Boolean);
  return ['/', ...parts.map((_, index) => join('/', ...parts.slice(0, index + 1)))];
}

function permits(account: Account, stats: Stats, right: number): boolean {
  if (stats.uid === account.uid) return (stats.mode & (right << 6)) !== 0;
  if (stats.gid === account.gid) return (stats.mode & (right << 3)) !== 0;
  return (stats.mode & right) !== 0;
}
