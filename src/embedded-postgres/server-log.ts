import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { chownToHomeOwner, type Home } from './installation/home.js';

const TAIL_BYTES = 4096;
const TAIL_LINES = 20;
const ROTATE_BYTES = 32 * 1024 * 1024;

/** An open server log and where this run's part of it begins. */
export interface OpenLog {
  descriptor: number;
  path: string;
  /** Size in bytes when it was opened. */
  start: number;
}

/** Opens the log for appending, readable to its owner alone; the caller closes the descriptor. */
export function openLog(home: Home): OpenLog {
  const { O_APPEND, O_CREAT, O_WRONLY } = constants;
  // Not defined on Windows, where links are no concern either.
  const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;
  const descriptor = openSync(home.log, O_APPEND | O_CREAT | O_WRONLY | noFollow, 0o600);
  chownToHomeOwner(home, home.log);
  return { descriptor, path: home.log, start: fstatSync(descriptor).size };
}

/** What was written since byte `start`: at most the last 20 lines, one string. */
export function tailSince(path: string, start: number): string {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const from = Math.max(size < start ? 0 : start, size - TAIL_BYTES);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    const length = readSync(descriptor, bytes, 0, bytes.length, from);
    return bytes.toString('utf8', 0, length).trim().split('\n').slice(-TAIL_LINES).join('\n');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Keeps the log from filling the disk: beyond 32 MB it is copied to `postgres.log.1` and emptied. The server appends,
 * so it goes on at the new end; lines written in that moment may be lost.
 */
export function rotateLog(home: Home): void {
  const size = statSync(home.log, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= ROTATE_BYTES) return;
  const previous = `${home.log}.1`;
  rmSync(previous, { force: true });
  copyFileSync(home.log, previous, constants.COPYFILE_EXCL);
  chownToHomeOwner(home, previous);
  truncateSync(home.log);
}
