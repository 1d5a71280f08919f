import { type Statement, statement } from '../../../core/database/index.js';
import type { ItemEvent } from './event-fields.js';
import { nowMs, withExtensions } from './item-columns.js';
import { instantText, jsonOf } from './parameters.js';
import { renewedOwner, type Target, targetValues } from './renewal.js';

type ItemTable = 'cs_state' | 'cs_task';

/** The end of a state or task; a second one replaces the first. Values: `itemEndValues`. */
export function itemEnd(name: string, table: ItemTable): Statement {
  const isThere = `EXISTS (
    SELECT FROM ${table} t WHERE t.service_id = $1 AND t.id = $5
       AND t.started_at <= coalesce($6::timestamptz, ${nowMs}))`;
  return statement(
    name,
    `WITH ${renewedOwner(isThere)}
     UPDATE ${table} t
        SET completed_at = coalesce($6::timestamptz, ${nowMs}), completed = $7::json,
            extensions = ${withExtensions('t', '$8::json')}
       FROM owner WHERE t.service_id = owner.id AND t.id = $5
     RETURNING t.id`,
  );
}

export function itemEndValues(target: Target, id: number, event: ItemEvent): unknown[] {
  const { at, fields, extensions } = event;
  return [...targetValues(target), id, instantText(at), jsonOf(fields), jsonOf(extensions)];
}

/** Whether a state or task is there, and when it began. Values: uuid of the service, tenant, id. */
export function itemLookUp(name: string, table: ItemTable): Statement {
  return statement(
    name,
    `SELECT (t.completed_at IS NOT NULL) AS "isCompleted" FROM cs_service s
       JOIN ${table} t ON t.service_id = s.id
      WHERE s.id = $1 AND s.tenant = $2 AND s.expires_at > statement_timestamp() AND t.id = $3`,
  );
}
