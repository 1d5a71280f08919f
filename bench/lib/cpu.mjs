import { readFileSync } from 'node:fs';

/** Linux counts a process's time in hundredths of a second, whatever the kernel's own tick is. */
const microsecondsPerTick = 10_000;

/** Processor time that a process has used, microseconds; NaN where there is no /proc. */
export function processCpu(pid) {
  const { own } = times(pid);
  return own;
}

/** Processor time of a process, its children, and those of its children that have ended. */
export function treeCpu(pid) {
  const { own, ended } = times(pid);
  return childrenOf(pid).reduce((sum, child) => sum + timesOrNothing(child), own + ended);
}

/** The process that started this one. */
export function parentOf(pid) {
  return Number(fieldsOf(pid)[1]);
}

/** Memory of a process that is in RAM, bytes. */
export function residentBytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

function times(pid) {
  try {
    const fields = fieldsOf(pid);
    const sum = (first) =>
      (Number(fields[first]) + Number(fields[first + 1])) * microsecondsPerTick;
    return { own: sum(11), ended: sum(13) };
  } catch (error) {
    if (error.code === 'ENOENT') return { own: NaN, ended: NaN };
    throw error;
  }
}

/** A child that ended since it was listed is in its parent's count by the next look. */
function timesOrNothing(pid) {
  const { own } = times(pid);
  return Number.isNaN(own) ? 0 : own;
}

function childrenOf(pid) {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return list === '' ? [] : list.split(' ').map(Number);
  } catch {
    return [];
  }
}

/** What follows the program's name in /proc/PID/stat: state, parent, … (proc(5), from field 3). */
function fieldsOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
