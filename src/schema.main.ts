import 'reflect-metadata';
// Whoever declares a statement does it when its file is read.
import './app.module.js';
import {
  declaredStatements,
  migrate,
  readSchemaText,
  refusedStatements,
} from './core/database/index.js';

/** What the code says of the database, held against a real one. */
export interface SchemaReport {
  /** The schema as the migrations make it, as SQL. */
  readonly text: string;
  /** How many named statements were prepared. */
  readonly prepared: number;
  /** One line for each statement that PostgreSQL refuses. */
  readonly refused: readonly string[];
}

/**
 * Migrates an empty database, reads its schema, and prepares every named statement of the server
 * there: a statement with a fault is found without the call that would run it.
 */
export async function examineSchema(url: string): Promise<SchemaReport> {
  await migrate(url);
  const statements = declaredStatements();
  return {
    text: await readSchemaText(url),
    prepared: statements.length,
    refused: await refusedStatements(url, statements),
  };
}
