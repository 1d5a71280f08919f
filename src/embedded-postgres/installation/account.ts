import { readFileSync } from 'node:fs';
import { lstatIfReachable } from './lstat-if-reachable.js';

/** An account by number; PostgreSQL refuses to run as root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

const CANDIDATES = ['postgres', 'node', 'nobody'];

/** Whether this process runs as root, where accounts, ownership and reach have to be arranged. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The account that the server has to run as, or undefined when it runs as we do. For root that is whoever owns the
 * first of `folders` that exists and is not root's own, so that data is never handed to another account; else the
 * first of postgres, node and nobody. Throws when the system has none of them.
 */
export function chooseAccount(folders: readonly string[]): Account | undefined {
  if (!isRoot()) return undefined;
  for (const folder of folders) {
    const stats = lstatIfReachable(folder);
    if (stats && stats.uid !== 0)
      return { name: `uid ${stats.uid}`, uid: stats.uid, gid: stats.gid };
  }
  const known = knownAccounts();
  const found = CANDIDATES.map((name) => known.find((account) => account.name === name)).find(
    Boolean,
  );
  if (found) return found;
  throw new Error(
    'PostgreSQL refuses to run as root, and this system has no account postgres, node or nobody to run it as. ' +
      'Start OpenGMS as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours.',
  );
}

function knownAccounts(): Account[] {
  return passwd().flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return name && Number(uid) > 0 && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

function passwd(): string[] {
  try {
    return readFileSync('/etc/passwd', 'utf8').split('\n');
  } catch {
    return [];
  }
}
