import { realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readPassword } from './cluster.js';
import { SUPERUSER } from './server-settings.js';

const CONNECT_MS = 10_000;
const RETRY_MS = 20;

/** The connection string for a database of the server with this data folder and port. */
export function connectionUrl(data: string, port: number, database: string): string {
  const password = encodeURIComponent(readPassword(data));
  // Said outright, because PGSSLMODE in somebody's environment would otherwise ask for TLS.
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${String(port)}/${encodeURIComponent(database)}?sslmode=disable`;
}

/** A server's address, and how to tell that trying it again makes sense. */
export interface Target {
  data: string;
  port: number;
  isAlive: () => boolean;
}

/**
 * Opens one connection, trying again for up to 10 s while the server lives but takes none, as while it starts.
 * The caller ends it. Rejects with an Error that says who did not answer.
 */
export async function connect(target: Target, database: string): Promise<pg.Client> {
  const deadline = Date.now() + CONNECT_MS;
  for (;;) {
    const client = new pg.Client({
      connectionString: connectionUrl(target.data, target.port, database),
      connectionTimeoutMillis: CONNECT_MS,
      application_name: 'opengms embedded database',
    });
    // A server that goes away in between fails the next query; without a listener it would end this process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (isFinal(error) || !target.isAlive() || Date.now() >= deadline) {
        throw unreachableError(target, (error as Error).message);
      }
      await sleep(RETRY_MS);
    }
  }
}

/** Throws unless the server is the one of this data folder; creates the database when it is missing. */
export async function ensureDatabase(target: Target, database: string): Promise<void> {
  const client = await connect(target, 'postgres');
  try {
    const { rows } = await client.query<{ folder: string; exists: boolean }>(
      `SELECT current_setting('data_directory') AS folder,
              EXISTS (SELECT FROM pg_database WHERE datname = $1) AS exists`,
      [database],
    );
    const [server] = rows;
    if (!server || realpathSync(server.folder) !== realpathSync(target.data)) {
      throw unreachableError(target, `it serves ${server?.folder ?? 'nothing'} instead`);
    }
    if (!server.exists) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

/** A wrong password stays wrong; resources that ran out (53) and a server on its way up or down (57) may pass. */
function isFinal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !/^5[37]/.test(error.code ?? '');
}

function unreachableError({ data, port }: Target, reason: string): Error {
  return new Error(
    `The PostgreSQL on port ${String(port)} does not serve the database in ${data}: ${reason}.`,
  );
}
