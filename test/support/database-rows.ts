import { Client } from 'pg';
import type { RunningServer } from './test-server.js';

/** Asks the database of a server under test. */
export async function databaseRows(
  server: Pick<RunningServer, 'databaseUrl'>,
  text: string,
  values: readonly unknown[] = [],
): Promise<any[]> {
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** How many storage areas and entries there are. */
export async function stored(server: Pick<RunningServer, 'databaseUrl'>): Promise<object> {
  const [counts] = await databaseRows(
    server,
    `SELECT (SELECT count(*)::int FROM storage_area) AS areas,
            (SELECT count(*)::int FROM storage_entry) AS entries`,
  );
  return counts as object;
}
