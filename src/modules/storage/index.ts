export { StorageModule } from './storage.module.js';
export { ServiceStorage } from './service-storage.js';
export { maxTtlSeconds, parseTtl } from './domain/ttl.js';
export { isPossibleId } from './domain/ids.js';
export { fileAnswer, keysAnswer, keysObject, valueAnswer } from './storage-answers.js';
export type { LinkTo } from './storage-answers.js';
export type { StoredText } from './storage-entry.repository.js';
export type { FileInPieces, StoredEntries } from './stored-pieces.js';
