import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isInUse, isRunning, ownIdentity, parseIdentity } from './process-identity.js';

const POLL_MS = 10;

/**
 * A lock between processes that needs no cleaning up after a crash.
 *
 * Each holder creates the next `lock.<n>`; the file with the highest number is the lock, held while it names a living
 * process and free when it is empty or its process is gone. The highest file is never removed, which is what makes
 * taking over from a dead holder safe: two takers want the same next number, and only one can create it.
 */
export class StartLock {
  constructor(private readonly folder: string) {}

  /**
   * Runs `work` while no other process runs its own; rejects when the lock is not to be had within `patienceMs`,
   * or with the reason of `signal` when that is aborted while it waits.
   */
  async run<T>(patienceMs: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const held = await this.acquire(patienceMs, signal);
    try {
      return await work();
    } finally {
      release(held);
    }
  }

  private async acquire(patienceMs: number, signal?: AbortSignal): Promise<string> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      signal?.throwIfAborted();
      const highest = this.highest();
      if (!this.isHeld(highest)) {
        const held = this.claim(highest + 1);
        if (held) return held;
      } else if (Date.now() >= deadline) {
        throw new Error(this.refusal(highest, patienceMs));
      }
      await sleep(POLL_MS);
    }
  }

  /** Creates `lock.<number>`, its content already in it; undefined when another was faster. */
  private claim(number: number): string | undefined {
    const lock = this.file(number);
    const draft = join(this.folder, `claim-${process.pid}-${randomBytes(6).toString('hex')}`);
    writeFileSync(draft, JSON.stringify(ownIdentity()), { flag: 'wx' });
    chmodSync(draft, 0o644);
    try {
      linkSync(draft, lock);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
      throw error;
    } finally {
      rmSync(draft);
    }
    // Between our look and our claim others may have passed this number and tidied it away.
    if (this.highest() > number) {
      rmSync(lock, { force: true });
      return undefined;
    }
    this.removeOldFiles(number);
    return lock;
  }

  private isHeld(number: number): boolean {
    if (number === 0) return false;
    const holder = this.holder(number);
    return holder === 'gone' || (holder !== undefined && isRunning(holder));
  }

  private holder(number: number) {
    try {
      return parseIdentity(readFileSync(this.file(number), 'utf8'));
    } catch (error) {
      // Tidied away by the holder of a higher number: look again.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
      throw error;
    }
  }

  private refusal(number: number, patienceMs: number): string {
    const holder = this.holder(number);
    const who = holder && holder !== 'gone' ? `process ${holder.pid}` : 'another process';
    return (
      `The embedded database is being started or stopped by ${who}, which did not finish within ` +
      `${Math.round(patienceMs / 1000)} s (lock in ${this.folder}). End that process or try again.`
    );
  }

  private highest(): number {
    return Math.max(0, ...this.numbers());
  }

  /** What earlier holders left, and drafts of claims that were killed half-way. */
  private removeOldFiles(number: number): void {
    for (const lower of this.numbers()) {
      if (lower < number) rmSync(this.file(lower), { force: true });
    }
    for (const name of readdirSync(this.folder)) {
      const claimant = /^claim-(\d+)-/.exec(name)?.[1];
      if (claimant && !isInUse(Number(claimant))) rmSync(join(this.folder, name), { force: true });
    }
  }

  private numbers(): number[] {
    return readdirSync(this.folder).flatMap((name) => {
      const match = /^lock\.(\d+)$/.exec(name);
      return match ? [Number(match[1])] : [];
    });
  }

  private file(number: number): string {
    return join(this.folder, `lock.${number}`);
  }
}

/** Leaves the file, empty, for the next claim to build on. */
function release(held: string): void {
  try {
    truncateSync(held);
  } catch (error) {
    // Somebody deleted the whole folder; that must not hide why the work failed.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
