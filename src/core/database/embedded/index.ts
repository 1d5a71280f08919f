export { type Backup, type BackupOrder, backUpEmbeddedPostgres } from './backup.js';
export { type Restored, type RestoreOrder, restoreEmbeddedPostgres } from './restore.js';
export { startEmbeddedPostgres } from './start.js';
export type { EmbeddedPostgres, EmbeddedPostgresOptions, Log } from './types.js';
