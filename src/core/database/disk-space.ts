import { types } from 'node:util';
import { Injectable } from '@nestjs/common';
import { SqlState, sqlStateOf } from './sql-state.js';

/** How long a disk counts as full after a write that found no room, milliseconds. */
const fullForMs = 10_000;

/** Whether the error says that a disk is full: the database's, or that of this node's own files. */
export function isDiskFull(error: unknown): boolean {
  if (sqlStateOf(error) === SqlState.diskFull) return true;
  const code = types.isNativeError(error) && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Remembers whether writes lately found the disk full. */
@Injectable()
export class DiskSpace {
  private lastFullAt = -Infinity;

  /** Notes an error of a write, whatever it says. */
  recordError(error: unknown): void {
    if (isDiskFull(error)) this.lastFullAt = performance.now();
  }

  get isFull(): boolean {
    return performance.now() - this.lastFullAt < fullForMs;
  }
}
