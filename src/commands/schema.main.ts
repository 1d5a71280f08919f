import 'reflect-metadata';
// Whoever declares a statement does it when its file is read.
import '../app.module.js';
import {
  compareEntities,
  declaredStatements,
  migrate,
  readSchemaText,
  refusedStatements,
} from '../core/database/index.js';

/** What the code says of the database, held against a real one. */
export interface SchemaReport {
  /** The schema as the migrations make it, as SQL. */
  readonly text: string;
  /** How many named statements were prepared. */
  readonly prepared: number;
  /** One line for each statement that PostgreSQL refuses. */
  readonly refused: readonly string[];
  /** One line for each place where the entities and the tables differ. */
  readonly differences: readonly string[];
}

/**
 * Migrates an empty database, reads its schema, holds the entities against it, and prepares every
 * named statement of the server there: a fault is found without the call that would meet it.
 * @param emptyUrl a second empty database, in which the tables are made from the entities
 */
export async function examineSchema(url: string, emptyUrl: string): Promise<SchemaReport> {
  await migrate(url);
  const statements = declaredStatements();
  const { changes, lines } = await compareEntities(url, emptyUrl);
  return {
    text: await readSchemaText(url),
    prepared: statements.length,
    differences: [...changes, ...lines],
    refused: await refusedStatements(url, statements),
  };
}
