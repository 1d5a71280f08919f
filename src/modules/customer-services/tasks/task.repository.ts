import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import type { ItemEvent } from '../items/event-fields.js';
import { nowMs } from '../items/item-columns.js';
import { itemEnd, itemEndValues, itemLookUp } from '../items/item-end.js';
import { instantText, jsonOf } from '../items/parameters.js';
import { renewedOwner, type Target, targetValues } from '../items/renewal.js';
import type { NewTask } from './new-task.js';

const start = statement(
  'customerServices.startTask',
  `WITH ${renewedOwner(`($5::bigint IS NULL OR EXISTS (
     SELECT FROM cs_state st WHERE st.service_id = $1 AND st.id = $5))`)}
   INSERT INTO cs_task (service_id, state_id, type, started_at, started, est_duration, extensions)
   SELECT owner.id, $5::bigint, $6::json, coalesce($7::timestamptz, ${nowMs}), $8::json, $9::int,
          $10::json
     FROM owner
   RETURNING id::float8 AS id`,
);

const end = itemEnd('customerServices.endTask', 'cs_task');
const lookUp = itemLookUp('customerServices.lookUpTask', 'cs_task');

/** Writes tasks; each call is one statement, which renews the service as well. */
@Injectable()
export class TaskRepository {
  constructor(private readonly database: Database) {}

  /** @returns the id of the new task */
  async start(target: Target, task: NewTask): Promise<number | undefined> {
    const { stateId, type, at, fields, estDuration, extensions } = task;
    const row = await this.database.row<{ id: number }>(start, [
      ...targetValues(target),
      stateId,
      jsonOf(type),
      instantText(at),
      jsonOf(fields),
      estDuration,
      jsonOf(extensions),
    ]);
    return row?.id;
  }

  /** @returns the id of the task that ended */
  async end(target: Target, id: number, event: ItemEvent): Promise<number | undefined> {
    const row = await this.database.row<{ id: string }>(end, itemEndValues(target, id, event));
    return row === undefined ? undefined : id;
  }

  async isThere(uuid: string, tenant: string, id: number): Promise<boolean> {
    return (await this.database.row(lookUp, [uuid, tenant, id])) !== undefined;
  }
}
