import { Injectable } from '@nestjs/common';
import {
  Database,
  isUniqueViolation,
  statement,
  TableRepository,
} from '../../../core/database/index.js';
import { AccessKeyEntity } from './access-key.entity.js';
import type { AccessKey, ListedAccessKey } from './access-key.js';

/** Every node asks once a second for each key in use: the note of its use is coarse to stay cheap. */
const find = statement(
  'accessKeys.find',
  `WITH noted AS (
     UPDATE access_key SET last_used_at = now()
      WHERE hash = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
        AND (expires_at IS NULL OR expires_at > now()))
   SELECT id, name, roles, tenants, expires_at AS "expiresAt",
          coalesce(expires_at <= now(), false) AS "hasExpired"
     FROM access_key WHERE hash = $1`,
);

const selectIsFuture = statement(
  'accessKeys.isToCome',
  'SELECT $1::timestamptz > now() AS "isToCome"',
);

/** The API keys, by the hash of each. */
@Injectable()
export class AccessKeyRepository extends TableRepository<AccessKeyEntity> {
  constructor(database: Database) {
    super(database, AccessKeyEntity);
  }

  /** Whether an instant is still to come, by the database's clock. */
  async isFuture(instant: Date): Promise<boolean> {
    const row = await this.database.row<{ isToCome: boolean }>(selectIsFuture, [instant]);
    return row?.isToCome === true;
  }

  /** The key of a hash, whose use is noted; undefined when there is none. */
  async find(hash: Buffer): Promise<AccessKey | undefined> {
    return this.database.row<AccessKey>(find, [hash]);
  }

  /** @returns false when another key has the name */
  async add(key: AccessKey, hash: Buffer): Promise<boolean> {
    const lists = { roles: [...key.roles], tenants: key.tenants && [...key.tenants] };
    try {
      await this.table.insert({ ...key, ...lists, hash });
      return true;
    } catch (error) {
      if (isUniqueViolation(error, 'access_key_name')) return false;
      throw error;
    }
  }

  /** All keys, the oldest first. */
  async listAll(): Promise<ListedAccessKey[]> {
    return this.table.find({ order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** @returns the key that is gone; undefined when there was none */
  async remove(id: string): Promise<AccessKey | undefined> {
    const key = await this.table.findOneBy({ id });
    if (key === null) return undefined;
    const { affected } = await this.table.delete({ id });
    return affected === 0 ? undefined : key;
  }
}
