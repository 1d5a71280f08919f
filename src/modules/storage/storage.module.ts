import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OptionsModule } from '../options/index.js';
import { ServiceStorage } from './service-storage.js';
import { StorageAreaRepository } from './storage-area.repository.js';
import { StorageController } from './storage.controller.js';
import { StorageEntryRepository } from './storage-entry.repository.js';
import { storageSection } from './storage.section.js';
import { StorageService } from './storage.service.js';
import { StoredPieces } from './stored-pieces.js';
import { StorageSweep } from './storage.sweep.js';
import { StorageAreaEntity } from './storage-area.entity.js';
import { StorageEntryEntity } from './storage-entry.entity.js';
import { Configuration } from '../../core/settings/index.js';

/**
 * Glossary. *Storage area*: a set of keys under one unguessable id. *Key*: a name with a text or a
 * file under it, and an end of its own. *Custom area*: one under its user's own id, for that user
 * alone. *Bound area*: the area of a service, which ends with the service.
 */
@Module({
  imports: [TypeOrmModule.forFeature([StorageAreaEntity, StorageEntryEntity]), OptionsModule],
  controllers: [StorageController],
  providers: [
    StorageService,
    ServiceStorage,
    StorageAreaRepository,
    StorageEntryRepository,
    StoredPieces,
    StorageSweep,
  ],
  exports: [ServiceStorage],
})
export class StorageModule {
  constructor(configuration: Configuration) {
    configuration.register({ schema: storageSection });
  }
}
