export { type Backup, type BackupOrder, backUpEmbeddedPostgres } from './backup.js';
export { type Restored, type RestoreOrder, restoreEmbeddedPostgres } from './restore.js';
export { startEmbeddedPostgres } from './start-embedded-postgres.js';
export type { EmbeddedPostgres, EmbeddedPostgresOptions, Log } from './embedded-postgres.js';
