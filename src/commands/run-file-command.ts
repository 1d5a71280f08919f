import { readEnvironment } from '../core/config/index.js';
import type { Log } from '../embedded-postgres/embedded-postgres.js';

export interface Command {
  /** As in `npm run <name> -- FILE`. */
  name: 'backup' | 'restore';
  /** Does the work and returns what to tell the caller. */
  run(order: { dataDir: string; file: string; log: Log; signal: AbortSignal }): Promise<string>;
}

/**
 * Runs a command that takes one file: says on standard output what it did, or on standard error in one line why it
 * did not, with exit code 1. An interrupt lets it tidy up first.
 */
export async function runCommand(command: Command, args: readonly string[]): Promise<void> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => abort.abort(new Error(`interrupted by ${signal}`)));
  }
  try {
    const order = { ...readOrder(command.name, args), log: warningsOnly, signal: abort.signal };
    process.stdout.write(`${await command.run(order)}\n`);
  } catch (error) {
    const failure = (abort.signal.aborted ? abort.signal.reason : error) as Error;
    process.stderr.write(`${command.name} failed: ${oneLine(failure.message)}\n`);
    process.exitCode = 1;
  }
}

/** Bytes as people read them. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function readOrder(name: string, args: readonly string[]): { dataDir: string; file: string } {
  const [file, ...more] = args;
  if (!file || file.startsWith('-') || more.length > 0)
    throw new Error(`name one file: npm run ${name} -- FILE`);
  const { databaseUrl, dataDir } = readEnvironment();
  if (databaseUrl === undefined) return { dataDir, file };
  const tool = name === 'backup' ? 'pg_dump' : 'pg_restore';
  throw new Error(
    `DATABASE_URL is set, and this carries the embedded database only; use ${tool} for a PostgreSQL of yours.`,
  );
}

const warningsOnly: Log = {
  info: () => undefined,
  warn: (_detail, message) => process.stderr.write(`${message}\n`),
  error: (_detail, message) => process.stderr.write(`${message}\n`),
};

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' | ');
}
