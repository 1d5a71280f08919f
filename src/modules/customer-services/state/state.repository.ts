import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import type { ItemEvent, ItemStart } from '../item/item-event.js';
import { nowMsSql } from '../item/item-columns-sql.js';
import { endItemStatement, itemEndValues, findItemStatement } from '../item/item-statements.js';
import { instantParameter, jsonParameter } from '../item/statement-parameters.js';
import { renewedOwnerSql, type WriteTarget, targetValues } from '../item/renewal-sql.js';

const columns = `service_id, previous_state_id, type, started_at, started, est_duration, extensions`;

const start = statement(
  'customerServices.startState',
  `WITH ${renewedOwnerSql()}
   INSERT INTO cs_state (${columns})
   SELECT owner.id, $5::bigint, $6::json, coalesce($7::timestamptz, ${nowMsSql}), $8::json, $9::int,
          $10::json
     FROM owner
   RETURNING id::float8 AS id`,
);

const end = endItemStatement('customerServices.endState', 'cs_state');
const lookUp = findItemStatement('customerServices.lookUpState', 'cs_state');

/**
 * Of two transitions that leave one state at once, the second finds it over when it has its turn.
 */
const transition = statement(
  'customerServices.transition',
  `WITH ${renewedOwnerSql(`EXISTS (
     SELECT FROM cs_state st WHERE st.service_id = $1 AND st.id = $5 AND st.completed_at IS NULL
        AND st.started_at <= coalesce($7::timestamptz, ${nowMsSql}))`)},
   ended AS (
     UPDATE cs_state st SET completed_at = coalesce($7::timestamptz, ${nowMsSql}), completed = $11::json
       FROM owner WHERE st.service_id = owner.id AND st.id = $5 AND st.completed_at IS NULL
     RETURNING st.service_id, st.id, st.completed_at)
   INSERT INTO cs_state (${columns})
   SELECT service_id, id, $6::json, completed_at, $8::json, $9::int, $10::json FROM ended
   RETURNING id::float8 AS id`,
);

/** Writes states; each call is one statement, which renews the service as well. */
@Injectable()
export class StateRepository {
  constructor(private readonly database: Database) {}

  /** @returns the id of the new state */
  start(target: WriteTarget, state: NewState): Promise<number | undefined> {
    const values = startValues(state, state.previousStateId);
    return this.idOf(start, [...targetValues(target), ...values]);
  }

  /** @returns the id of the state that ended */
  end(target: WriteTarget, id: number, event: ItemEvent): Promise<number | undefined> {
    return this.idOf(end, itemEndValues(target, id, event));
  }

  /** @returns the id of the new state */
  transition(target: WriteTarget, { from, end, start }: Transition): Promise<number | undefined> {
    const values = [
      ...targetValues(target),
      ...startValues(start, from),
      jsonParameter(end.fields),
    ];
    return this.idOf(transition, values);
  }

  findCompletion(
    uuid: string,
    tenant: string,
    id: number,
  ): Promise<{ isCompleted: boolean } | undefined> {
    return this.database.row<{ isCompleted: boolean }>(lookUp, [uuid, tenant, id]);
  }

  private async idOf(what: typeof start, values: unknown[]): Promise<number | undefined> {
    return (await this.database.row<{ id: number }>(what, values))?.id;
  }
}

function startValues(event: ItemStart, previous: number | undefined): unknown[] {
  const { type, at, fields, estDuration, extensions } = event;
  return [
    previous,
    jsonParameter(type),
    instantParameter(at),
    jsonParameter(fields),
    estDuration,
    jsonParameter(extensions),
  ];
}

/** A state to be made. */
export interface NewState extends ItemStart {
  /** Not checked: the caller's own order of things. */
  readonly previousStateId: number | undefined;
}

/** From one state to the next, at one instant (docs/compatibility.md, Operations). */
export interface Transition {
  readonly from: number;
  /** Ends the old state. */
  readonly end: ItemEvent;
  /** Starts the new one. */
  readonly start: ItemStart;
}
