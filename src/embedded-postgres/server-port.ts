import { randomInt } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { chownToHomeOwner, type Home } from './installation/home.js';

/** Below 32768, where systems pick the ports of outgoing connections, and below 30000, where Kubernetes does. */
const LOWEST = 20_000;
const BEYOND = 30_000;
const ATTEMPTS = 50;

/** The port that the home's server had last, or undefined when it had none. */
export function recordedPort(home: Home): number | undefined {
  try {
    const port = Number(readFileSync(home.port, 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a port for the next start. */
export function recordPort(home: Home, port: number): void {
  if (recordedPort(home) === port) return;
  const draft = `${home.port}.new`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${String(port)}\n`, { flag: 'wx' });
  chownToHomeOwner(home, draft);
  renameSync(draft, home.port);
}

/** A random port that nobody listens on. Throws when 50 in a row are taken. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, BEYOND);
    if (await isFree(port)) return port;
  }
  throw new Error(
    `No free port for the embedded database between ${String(LOWEST)} and ${String(BEYOND - 1)}.`,
  );
}

/** Whether a server could listen on a loopback port right now. */
export async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
