import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';

const remove = statement(
  'customerServices.remove',
  `WITH states AS (DELETE FROM cs_state WHERE service_id = ANY ($1::uuid[])),
        tasks AS (DELETE FROM cs_task WHERE service_id = ANY ($1::uuid[]))
   DELETE FROM cs_service WHERE id = ANY ($1::uuid[])`,
);

/** Removes services with all that is in them. */
@Injectable()
export class ServiceRemovalRepository {
  constructor(private readonly database: Database) {}

  /**
   * Removes services that an earlier statement of the unit of work has locked. It must be a statement
   * of its own: only one that begins after the lock sees every item that was written before it.
   * @returns how many services
   */
  removeLocked(uuids: readonly string[]): Promise<number> {
    return this.database.execute(remove, [uuids]);
  }
}
