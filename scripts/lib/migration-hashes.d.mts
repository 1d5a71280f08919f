export type Hashes = Record<string, string | undefined>;
export function migrationHashes(): Hashes;
export function changedMigrations(known: Hashes, found: Hashes): string[];
