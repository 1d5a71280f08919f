import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownIdentity } from './process-identity.js';
import { StartLock } from './start-lock.js';

const PATIENCE = 5000;

describe('start lock', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'opengms-lock-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Leaves the lock as a holder does that ended without giving it back. */
  const leaveHeldBy = (content: string, number = 7) =>
    writeFileSync(join(folder, `lock.${number}`), content);

  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const enter = () =>
      new StartLock(folder).run(PATIENCE, async () => {
        most = Math.max(most, ++inside);
        await sleep(1);
        inside--;
      });
    await Promise.all(Array.from({ length: 20 }, enter));
    expect({ inside, most }).toEqual({ inside: 0, most: 1 });
    expect(readdirSync(folder)).toEqual(['lock.20']);
  });

  it('is given back when the work fails, and hands on its failure', async () => {
    const lock = new StartLock(folder);
    await expect(lock.run(PATIENCE, () => Promise.reject(new Error('no luck')))).rejects.toThrow(
      'no luck',
    );
    await expect(lock.run(PATIENCE, () => Promise.resolve('next'))).resolves.toBe('next');
  });

  it('is taken over at once from a process that is gone', async () => {
    const gone = spawnSync('true').pid;
    leaveHeldBy(JSON.stringify({ pid: gone, started: '' }));
    await expect(new StartLock(folder).run(PATIENCE, () => Promise.resolve('mine'))).resolves.toBe(
      'mine',
    );
  });

  it('is taken over from a process whose pid another one has by now', async () => {
    leaveHeldBy(JSON.stringify({ ...ownIdentity(), started: 'another boot:1' }));
    await expect(new StartLock(folder).run(PATIENCE, () => Promise.resolve('mine'))).resolves.toBe(
      'mine',
    );
  });

  it('is free when a loss of power left garbage', async () => {
    leaveHeldBy('\0\0\0');
    await expect(new StartLock(folder).run(PATIENCE, () => Promise.resolve('mine'))).resolves.toBe(
      'mine',
    );
  });

  it('names the holder when it is not to be had in time', async () => {
    leaveHeldBy(JSON.stringify(ownIdentity()));
    await expect(new StartLock(folder).run(50, () => Promise.resolve())).rejects.toThrow(
      `by process ${process.pid}, which did not finish`,
    );
  });
});
