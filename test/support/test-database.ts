import { cloneTemplate } from './test-databases.mjs';

/** A migrated database of one test file's own. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it, whoever is still connected. */
  drop(): Promise<void>;
}

/** Clones the run's migrated template database. */
export function createTestDatabase(): Promise<TestDatabase> {
  return cloneTemplate();
}
