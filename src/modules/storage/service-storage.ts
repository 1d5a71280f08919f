import { Injectable } from '@nestjs/common';
import type { Fields } from '../../core/http/body/index.js';
import { EdgeSettings } from '../edge/index.js';
import { requireKeyLength } from './domain/keys.js';
import { StorageAreaRepository } from './storage-area.repository.js';
import { StorageEntryRepository, type StoredText } from './storage-entry.repository.js';
import { keyNotFound, serverOwnedKey, tooManyKeys } from './storage.errors.js';
import { type FileInPieces, type StoredEntries, StoredPieces } from './stored-pieces.js';
import { storageSection } from './storage.section.js';
import { Configuration } from '../../core/settings/index.js';

/**
 * The storage area that a service owns (docs/compatibility.md, Service storage): it ends when the
 * service ends, and keys written here carry no end of their own. Writers call it inside their unit
 * of work.
 */
@Injectable()
export class ServiceStorage {
  constructor(
    private readonly areas: StorageAreaRepository,
    private readonly entries: StorageEntryRepository,
    private readonly pieces: StoredPieces,
    private readonly configuration: Configuration,
    private readonly edge: EdgeSettings,
  ) {}

  /**
   * Makes the area of a new service, with its user data.
   * @throws DomainError InvalidKey, TooManyKeys
   */
  async create(areaId: string, expiresAt: Date, fields: Fields): Promise<void> {
    await this.areas.createBound(areaId, expiresAt);
    await this.writeEntries(areaId, fields);
  }

  /**
   * Adds or replaces user data; false when the area has ended with its service.
   * @throws DomainError InvalidKey, TooManyKeys
   */
  async write(areaId: string, fields: Fields): Promise<boolean> {
    const area = await this.areas.lockForWrite(areaId, undefined, 0);
    if (area !== undefined) await this.writeEntries(areaId, fields);
    return area !== undefined;
  }

  /** All keys; undefined when the area has ended with its service. */
  async readAll(areaId: string): Promise<StoredEntries | undefined> {
    return this.pieces.readAll(areaId, undefined);
  }

  /** @throws DomainError KeyNotFound */
  async readOne(areaId: string, key: string): Promise<StoredText> {
    return requireFound(
      key,
      await this.readIfStorable(key, () => this.entries.readOne(areaId, undefined, key)),
    );
  }

  /** @throws DomainError KeyNotFound, also for a text */
  async readFile(areaId: string, key: string): Promise<FileInPieces> {
    return requireFound(
      key,
      await this.readIfStorable(key, () => this.pieces.readFile(areaId, undefined, key)),
    );
  }

  /** @throws DomainError KeyNotFound; Forbidden for the key that the server alone writes */
  async removeOne(areaId: string, key: string): Promise<void> {
    if (key === this.edge.serverOwnedKey) throw serverOwnedKey(key);
    const removed = await this.readIfStorable(key, () => this.entries.removeOne(areaId, key));
    if (removed !== true) throw keyNotFound(key);
  }

  /** Removes all keys but the one that the server alone writes. */
  async removeAll(areaId: string): Promise<void> {
    // As every writer of several keys: two that took them in different orders would wait for each
    // other.
    await this.areas.lockForWrite(areaId, undefined, 0);
    await this.entries.removeAll(areaId, this.edge.serverOwnedKey);
  }

  /** Moves the end of the area with its service. */
  async moveEnd(areaId: string, expiresAt: Date): Promise<void> {
    await this.areas.moveBound(areaId, expiresAt);
  }

  /** Removes the areas of services that ended. */
  async remove(areaIds: readonly string[]): Promise<void> {
    await this.areas.removeBound(areaIds);
  }

  private async writeEntries(areaId: string, fields: Fields): Promise<void> {
    if (fields.size === 0) return;
    const most = this.configuration.get(storageSection).max_keys;
    for (const key of fields.keys()) requireKeyLength(key);
    if (!(await this.entries.write(areaId, fields, undefined, most))) throw tooManyKeys(most);
  }

  private async readIfStorable<Answer>(
    key: string,
    read: () => Promise<Answer>,
  ): Promise<Answer | undefined> {
    return key.includes('\0') ? undefined : read();
  }
}

function requireFound<Entry>(key: string, entry: Entry | null | undefined): Entry {
  if (entry === null || entry === undefined) throw keyNotFound(key);
  return entry;
}
