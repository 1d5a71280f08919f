/** How often to look, milliseconds. */
const lookMs = 250;

/**
 * Tells this process to stop when npm, which started it, or the shell between them is gone: then
 * nobody is left who would pass a signal on.
 */
export function stopWithParent() {
  if (process.env.npm_lifecycle_event !== 'start' || process.platform === 'win32') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, lookMs);
  timer.unref();
}
