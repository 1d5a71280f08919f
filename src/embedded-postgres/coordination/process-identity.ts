import { readFileSync } from 'node:fs';

/** Names one process for good: a pid alone is given to another process after a while. */
export interface ProcessIdentity {
  pid: number;
  /** Boot and start time; empty where the system does not tell (outside Linux, hidden /proc). */
  started: string;
}

/** The process behind a pid, or undefined when there is none; a zombie counts as none. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return isInUse(pid) ? { pid, started: '' } : undefined;
  // The command name, in parentheses, may hold spaces and parentheses itself; what follows it starts with the state.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, started: `${bootId()}:${fields[19] ?? ''}` };
}

/** Whether that very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  if (!now) return false;
  return !now.started || !identity.started || now.started === identity.started;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return identityOf(process.pid) ?? { pid: process.pid, started: '' };
}

/** Reads what `JSON.stringify` made of an identity; undefined when it is something else. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, started } = value as Partial<ProcessIdentity>;
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the system has given out a pid, be it to a zombie. */
export function isInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start times count from boot, so the same number may come again after one. */
function bootId(): string {
  return (readProc('/proc/sys/kernel/random/boot_id') ?? '').trim();
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
