import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';

const remove = statement(
  'customerServices.remove',
  `WITH states AS (DELETE FROM cs_state WHERE service_id = ANY ($1::uuid[])),
        tasks AS (DELETE FROM cs_task WHERE service_id = ANY ($1::uuid[]))
   DELETE FROM cs_service WHERE id = ANY ($1::uuid[])`,
);

const deleteSomeSql = (table: string): string => `
  DELETE FROM ${table} WHERE ctid = ANY (ARRAY (
    SELECT ctid FROM ${table} WHERE service_id = ANY ($1::uuid[]) LIMIT $2))
  RETURNING 1`;

const removeItems = statement(
  'customerServices.removeItems',
  `WITH states AS (${deleteSomeSql('cs_state')}), tasks AS (${deleteSomeSql('cs_task')})
   SELECT (SELECT count(*) FROM states) < $2 AND (SELECT count(*) FROM tasks) < $2 AS "areAll"`,
);

/** Removes services with all that is in them. */
@Injectable()
export class ServiceRemovalRepository {
  constructor(private readonly database: Database) {}

  /**
   * Removes what is in locked services, of each kind at most `limit`.
   * @returns whether that was all
   */
  async removeItems(uuids: readonly string[], limit: number): Promise<boolean> {
    const row = await this.database.row<{ areAll: boolean }>(removeItems, [uuids, limit]);
    return row?.areAll ?? true;
  }

  /**
   * Removes services that an earlier statement of the unit of work has locked. It must be a statement
   * of its own: only one that begins after the lock sees every item that was written before it.
   * @returns how many services
   */
  removeLocked(uuids: readonly string[]): Promise<number> {
    return this.database.execute(remove, [uuids]);
  }
}
