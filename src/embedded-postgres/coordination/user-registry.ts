import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, ownIdentity, parseIdentity } from './process-identity.js';

/**
 * Who uses the server: one file each in a folder, so that the last one out can tell that it is the
 * last. Call under the start lock; files of processes that are gone are removed while looking.
 */
export class UserRegistry {
  constructor(private readonly folder: string) {}

  /** Registers this process once more and returns the name to give back to `unregister`. */
  register(): string {
    const name = `${process.pid}-${randomBytes(4).toString('hex')}`;
    const draft = join(this.folder, `.${name}`);
    writeFileSync(draft, JSON.stringify(ownIdentity()), { flag: 'wx' });
    chmodSync(draft, 0o644);
    renameSync(draft, join(this.folder, name));
    return name;
  }

  /** Removes a registration; one that is gone already is no error. */
  unregister(name: string): void {
    rmSync(join(this.folder, name), { force: true });
  }

  /** The pids of the living processes that are registered, one for each registration. */
  livingPids(): number[] {
    return readdirSync(this.folder).flatMap((name) => {
      const identity = parseIdentity(this.read(name));
      if (identity && isRunning(identity)) return [identity.pid];
      rmSync(join(this.folder, name), { force: true });
      return [];
    });
  }

  private read(name: string): string {
    try {
      return readFileSync(join(this.folder, name), 'utf8');
    } catch {
      return '';
    }
  }
}
