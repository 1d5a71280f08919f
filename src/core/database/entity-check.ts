import { DataSource, type DataSourceOptions, getMetadataArgsStorage } from 'typeorm';
import { readSchemaText } from './schema-text.js';

/** Where the entities of the server and the tables of a migrated database are not the same. */
export interface EntityDifferences {
  /** What TypeORM would change so that the database were as the entities say, as SQL. */
  readonly changes: readonly string[];
  /**
   * Lines of the schema that the migrations make and the entities do not (`- `), and the other way
   * round (`+ `). TypeORM overlooks conditions of indexes, checks and collations of columns that are
   * there; a database made from the entities alone does not.
   */
  readonly lines: readonly string[];
}

/**
 * Compares entities with a migrated database, which is left as it is.
 * @param emptyUrl a database without tables, in which the entities' tables are made
 * @param entities all whose files were read so far, unless given
 */
export async function compareEntities(
  migratedUrl: string,
  emptyUrl: string,
  entities: DataSourceOptions['entities'] = getMetadataArgsStorage().tables.map(
    ({ target }) => target,
  ),
): Promise<EntityDifferences> {
  const changes = await connected(migratedUrl, entities, async (source) => {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  });
  await connected(emptyUrl, entities, (source) => source.synchronize());
  const [wanted, found] = [await tablesOf(migratedUrl), await tablesOf(emptyUrl)];
  return { changes, lines: [...missing(wanted, found, '-'), ...missing(found, wanted, '+')] };
}

async function connected<Result>(
  url: string,
  entities: DataSourceOptions['entities'],
  work: (source: DataSource) => Promise<Result>,
): Promise<Result> {
  const source = await new DataSource({
    type: 'postgres',
    url,
    ...(entities === undefined ? {} : { entities }),
    installExtensions: false,
    uuidExtension: 'pgcrypto',
  }).initialize();
  try {
    return await work(source);
  } finally {
    await source.destroy();
  }
}

/** Each line of a table with the table's name. What entities cannot say is left out. */
async function tablesOf(url: string): Promise<string[]> {
  const tables = (await readSchemaText(url))
    .split('\n\n')
    .filter((part) => part.startsWith('CREATE TABLE '));
  return tables.flatMap((table) => {
    const name = table.slice('CREATE TABLE '.length, table.indexOf(' ('));
    return (
      table
        .replace(/^\) WITH \(.*\);$/m, ');')
        .replaceAll(' NOT VALID', '')
        // TypeORM quotes a default that a long number has.
        .replace(/DEFAULT '(\d+)'::bigint/g, 'DEFAULT $1')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => `${name}: ${line.trim().replace(/,$/, '')}`)
    );
  });
}

function missing(wanted: readonly string[], found: readonly string[], sign: string): string[] {
  const there = new Set(found);
  return wanted.filter((line) => !there.has(line)).map((line) => `${sign} ${line}`);
}
