import { type Statement, statement } from '../../../core/database/index.js';
import type { ItemEvent } from './item-event.js';
import { nowMsSql, mergedExtensionsSql } from './item-columns-sql.js';
import { instantParameter, jsonParameter } from './statement-parameters.js';
import { renewedOwnerSql, type WriteTarget, targetValues } from './renewal-sql.js';

type ItemTable = 'cs_state' | 'cs_task';

/** The end of a state or task; a second one replaces the first. Values: `itemEndValues`. */
export function endItemStatement(name: string, table: ItemTable): Statement {
  const isThere = `EXISTS (
    SELECT FROM ${table} t WHERE t.service_id = $1 AND t.id = $5
       AND t.started_at <= coalesce($6::timestamptz, ${nowMsSql}))`;
  return statement(
    name,
    `WITH ${renewedOwnerSql(isThere)}
     UPDATE ${table} t
        SET completed_at = coalesce($6::timestamptz, ${nowMsSql}), completed = $7::json,
            extensions = ${mergedExtensionsSql('t', '$8::json')}
       FROM owner WHERE t.service_id = owner.id AND t.id = $5
     RETURNING t.id`,
  );
}

export function itemEndValues(target: WriteTarget, id: number, event: ItemEvent): unknown[] {
  const { at, fields, extensions } = event;
  return [
    ...targetValues(target),
    id,
    instantParameter(at),
    jsonParameter(fields),
    jsonParameter(extensions),
  ];
}

/** Whether a state or task is there, and when it began. Values: uuid of the service, tenant, id. */
export function findItemStatement(name: string, table: ItemTable): Statement {
  return statement(
    name,
    `SELECT (t.completed_at IS NOT NULL) AS "isCompleted" FROM cs_service s
       JOIN ${table} t ON t.service_id = s.id
      WHERE s.id = $1 AND s.tenant = $2 AND s.expires_at > statement_timestamp() AND t.id = $3`,
  );
}
