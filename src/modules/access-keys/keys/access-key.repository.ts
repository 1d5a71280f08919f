import { Injectable } from '@nestjs/common';
import { Database, isUniqueViolation, statement } from '../../../core/database/index.js';
import { AccessKeyEntity } from './access-key.entity.js';
import type { AccessKey, ListedAccessKey } from './access-key.js';

/** Every node asks once a second for each key in use: the note of its use is coarse to stay cheap. */
const find = statement(
  'accessKeys.find',
  `WITH noted AS (
     UPDATE access_key SET last_used_at = now()
      WHERE hash = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute'))
   SELECT id, name, roles FROM access_key WHERE hash = $1`,
);

/** The API keys, by the hash of each. */
@Injectable()
export class AccessKeyRepository {
  constructor(private readonly database: Database) {}

  /** The key of a hash, whose use is noted; undefined when there is none. */
  async find(hash: Buffer): Promise<AccessKey | undefined> {
    return this.database.row<AccessKey>(find, [hash]);
  }

  /** @returns false when another key has the name */
  async add(key: AccessKey, hash: Buffer): Promise<boolean> {
    try {
      await this.database.orm.insert(AccessKeyEntity, { ...key, roles: [...key.roles], hash });
      return true;
    } catch (error) {
      if (isUniqueViolation(error, 'access_key_name')) return false;
      throw error;
    }
  }

  /** All keys, the oldest first. */
  async all(): Promise<ListedAccessKey[]> {
    return this.database.orm.find(AccessKeyEntity, { order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** @returns the name of the key that is gone; undefined when there was none */
  async remove(id: string): Promise<string | undefined> {
    const key = await this.database.orm.findOneBy(AccessKeyEntity, { id });
    if (key === null) return undefined;
    const { affected } = await this.database.orm.delete(AccessKeyEntity, { id });
    return affected === 0 ? undefined : key.name;
  }
}
