import 'reflect-metadata';
import { importBuilt } from './postgres.mjs';

/**
 * The server's own statements, so that the baselines always do the same: each is declared when its
 * repository's file is read.
 * @returns name → `{ name, text }`
 */
export async function serverStatements() {
  await importBuilt('src/app.module.js');
  const { declaredStatements } = await importBuilt('src/core/database/index.js');
  return Object.fromEntries(declaredStatements().map((statement) => [statement.name, statement]));
}
