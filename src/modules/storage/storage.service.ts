import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../core/database/index.js';
import { missingParameter } from '../../core/errors/index.js';
import type { Fields } from '../../core/http/body/index.js';
import { EdgeSettings } from '../edge/index.js';
import { isPossibleId, requireOwnId } from './domain/ids.js';
import { requireStorableKey } from './domain/keys.js';
import { type LockedArea, StorageAreaRepository } from './storage-area.repository.js';
import { StorageEntryRepository, type StoredText } from './storage-entry.repository.js';
import { keyNotFound, serverOwnedKey, storageNotFound, tooManyKeys } from './storage.errors.js';
import { type FileInPieces, type StoredEntries, StoredPieces } from './stored-pieces.js';
import { storageSection } from './storage.section.js';
import { Configuration } from '../../core/settings/index.js';

/**
 * The Storage API (docs/compatibility.md, Storage API): areas of keys, each key with a time to
 * live of its own. Expired is gone at once, whether or not the sweeper has been there.
 */
@Injectable()
export class StorageService {
  constructor(
    private readonly areas: StorageAreaRepository,
    private readonly entries: StorageEntryRepository,
    private readonly pieces: StoredPieces,
    private readonly unitOfWork: UnitOfWork,
    private readonly configuration: Configuration,
    private readonly edge: EdgeSettings,
  ) {}

  /**
   * Stores fields in a new area.
   * @returns the area's id, a UUID v4
   * @throws DomainError InvalidKey, TooManyKeys
   */
  async create(ttlSeconds: number, fields: Fields): Promise<string> {
    this.requireStorable(fields);
    const id = randomUUID();
    if (hasFiles(fields)) {
      await this.unitOfWork.run(() => this.createUnder(id, undefined, ttlSeconds, fields));
    } else {
      await this.areas.createWithTexts(id, ttlSeconds, fields);
    }
    return id;
  }

  /**
   * Stores fields in an area that lives already; its other keys stay as they are.
   * @throws DomainError InvalidParameter, InvalidKey, TooManyKeys, StorageNotFound
   */
  async update(
    id: string,
    ttlSeconds: number,
    fields: Fields,
    user: string | undefined,
  ): Promise<void> {
    this.requireStorable(fields);
    const mayCreate = this.configuration.get(storageSection).allow_client_ids;
    if (mayCreate) requireOwnId(id);
    else if (!isPossibleId(id)) throw storageNotFound(id);
    await this.unitOfWork.run(async () => {
      const area = await this.areas.lockForWrite(id, user, ttlOf(fields, ttlSeconds));
      if (area !== undefined) return this.write(area, fields, ttlSeconds);
      if (!mayCreate) throw storageNotFound(id);
      return this.createUnder(id, undefined, ttlSeconds, fields);
    });
  }

  /**
   * Stores fields in an area under the caller's own id, made or updated (8.5, custom storage).
   * Every later call on it needs the same user.
   * @throws DomainError MissingParameter without a user; StorageNotFound when it is another's
   */
  async storeCustom(
    id: string,
    ttlSeconds: number,
    fields: Fields,
    user: string | undefined,
  ): Promise<void> {
    if (user === undefined) throw missingParameter('the gms_user header');
    requireOwnId(id);
    this.requireStorable(fields);
    await this.unitOfWork.run(async () => {
      const area = await this.areas.lockForWrite(id, user, ttlOf(fields, ttlSeconds), true);
      if (area === undefined) await this.createUnder(id, user, ttlSeconds, fields);
      else await this.write(area, fields, ttlSeconds);
    });
  }

  /** @throws DomainError StorageNotFound */
  async readAll(id: string, user: string | undefined): Promise<StoredEntries> {
    const entries = isPossibleId(id) ? await this.pieces.readAll(id, user) : undefined;
    if (entries === undefined) throw storageNotFound(id);
    return entries;
  }

  /** @throws DomainError StorageNotFound, KeyNotFound */
  async readOne(id: string, key: string, user: string | undefined): Promise<StoredText> {
    const entry = await this.find(id, key, () => this.entries.readOne(id, user, key));
    if (entry === null) throw keyNotFound(key);
    return entry;
  }

  /**
   * The bytes stored under a key, as they were sent.
   * @throws DomainError StorageNotFound; KeyNotFound, also for a text
   */
  async readFile(id: string, key: string, user: string | undefined): Promise<FileInPieces> {
    const file = await this.find(id, key, () => this.pieces.readFile(id, user, key));
    if (file === null) throw keyNotFound(key);
    return file;
  }

  /**
   * Removes an area; a service's area is only emptied, since it lives as long as the service.
   * @throws DomainError StorageNotFound
   */
  async remove(id: string, user: string | undefined): Promise<void> {
    if (!isPossibleId(id)) throw storageNotFound(id);
    await this.unitOfWork.run(async () => {
      const area = await this.areas.lockForWrite(id, user, 0);
      if (area === undefined) throw storageNotFound(id);
      await this.entries.removeAll(id, area.bound ? this.edge.serverOwnedKey : undefined);
      if (!area.bound) await this.areas.remove(id);
    });
  }

  /**
   * Removes one key; the area goes with its last one, unless a service owns it.
   * @throws DomainError StorageNotFound, KeyNotFound; Forbidden for the key that the server alone
   * writes
   */
  async removeOne(id: string, key: string, user: string | undefined): Promise<void> {
    if (!isPossibleId(id)) throw storageNotFound(id);
    await this.unitOfWork.run(async () => {
      const area = await this.areas.lockForWrite(id, user, 0);
      if (area === undefined) throw storageNotFound(id);
      if (area.bound && key === this.edge.serverOwnedKey) throw serverOwnedKey(key);
      const removed = !key.includes('\0') && (await this.entries.removeOne(id, key));
      if (!removed) throw keyNotFound(key);
    });
  }

  private async createUnder(
    id: string,
    owner: string | undefined,
    ttlSeconds: number,
    fields: Fields,
  ): Promise<void> {
    const created = await this.areas.createWithId(id, owner, ttlSeconds, fields.size === 0);
    // It lives after all: another's, or made this instant by the same user's other request.
    if (!created) return this.updateAfterRace(id, owner, ttlSeconds, fields);
    // The row may have been that of a dead area, with entries the sweeper has not reached.
    await this.entries.removeAll(id);
    await this.write({ id, bound: false }, fields, ttlSeconds);
  }

  private async updateAfterRace(
    id: string,
    owner: string | undefined,
    ttlSeconds: number,
    fields: Fields,
  ): Promise<void> {
    const area = await this.areas.lockForWrite(
      id,
      owner,
      ttlOf(fields, ttlSeconds),
      owner !== undefined,
    );
    if (area === undefined) throw storageNotFound(id);
    await this.write(area, fields, ttlSeconds);
  }

  private async write(area: LockedArea, fields: Fields, ttlSeconds: number): Promise<void> {
    const most = this.configuration.get(storageSection).max_keys;
    if (!(await this.entries.write(area.id, fields, ttlSeconds, most))) throw tooManyKeys(most);
  }

  private async find<Entry>(
    id: string,
    key: string,
    read: () => Promise<Entry | null | undefined>,
  ): Promise<Entry | null> {
    if (!isPossibleId(id)) throw storageNotFound(id);
    if (key.includes('\0')) throw keyNotFound('(with a NUL character)');
    const entry = await read();
    if (entry === undefined) throw storageNotFound(id);
    return entry;
  }

  private requireStorable(fields: Fields): void {
    const most = this.configuration.get(storageSection).max_keys;
    if (fields.size > most) throw tooManyKeys(most);
    for (const key of fields.keys()) requireStorableKey(key);
  }
}

/** An update without keys renews nothing. */
function ttlOf(fields: Fields, ttlSeconds: number): number {
  return fields.size === 0 ? 0 : ttlSeconds;
}

function hasFiles(fields: Fields): boolean {
  for (const value of fields.values()) if (typeof value !== 'string') return true;
  return false;
}
