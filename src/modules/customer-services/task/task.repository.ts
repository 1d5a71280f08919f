import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import type { ItemEvent, ItemStart } from '../item/item-event.js';
import { nowMsSql } from '../item/item-columns-sql.js';
import { endItemStatement, itemEndValues, findItemStatement } from '../item/item-statements.js';
import { instantParameter, jsonParameter } from '../item/statement-parameters.js';
import { renewedOwnerSql, type WriteTarget, targetValues } from '../item/renewal-sql.js';

const start = statement(
  'customerServices.startTask',
  `WITH ${renewedOwnerSql(`($5::bigint IS NULL OR EXISTS (
     SELECT FROM cs_state st WHERE st.service_id = $1 AND st.id = $5))`)}
   INSERT INTO cs_task (service_id, state_id, type, started_at, started, est_duration, extensions)
   SELECT owner.id, $5::bigint, $6::json, coalesce($7::timestamptz, ${nowMsSql}), $8::json, $9::int,
          $10::json
     FROM owner
   RETURNING id::float8 AS id`,
);

const end = endItemStatement('customerServices.endTask', 'cs_task');
const lookUp = findItemStatement('customerServices.lookUpTask', 'cs_task');

/** Writes tasks; each call is one statement, which renews the service as well. */
@Injectable()
export class TaskRepository {
  constructor(private readonly database: Database) {}

  /** @returns the id of the new task */
  async start(target: WriteTarget, task: NewTask): Promise<number | undefined> {
    const { stateId, type, at, fields, estDuration, extensions } = task;
    const row = await this.database.row<{ id: number }>(start, [
      ...targetValues(target),
      stateId,
      jsonParameter(type),
      instantParameter(at),
      jsonParameter(fields),
      estDuration,
      jsonParameter(extensions),
    ]);
    return row?.id;
  }

  /** @returns the id of the task that ended */
  async end(target: WriteTarget, id: number, event: ItemEvent): Promise<number | undefined> {
    const row = await this.database.row<{ id: string }>(end, itemEndValues(target, id, event));
    return row === undefined ? undefined : id;
  }

  async exists(uuid: string, tenant: string, id: number): Promise<boolean> {
    return (await this.database.row(lookUp, [uuid, tenant, id])) !== undefined;
  }
}

/** A task to be made. */
export interface NewTask extends ItemStart {
  /** The state that it hangs on; undefined: the service. */
  readonly stateId: number | undefined;
}
