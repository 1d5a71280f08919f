import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import {
  isLiveSql,
  stateColumnsSql,
  tasksSql,
  stateProjectionPlaceholders,
} from '../item/item-columns-sql.js';
import { type ItemFilter, filterValues, pageSql, filterSql } from '../item/item-filter.js';
import { type StateRow, type ItemProjection, stateProjectionValues } from '../item/item-row.js';

const statesWhere = (name: string, firstWanted: number, which: string) => {
  const wanted = stateProjectionPlaceholders(firstWanted);
  return statement(
    name,
    `SELECT (SELECT coalesce(json_agg(row_to_json(state)), '[]') FROM (
               SELECT ${stateColumnsSql(wanted.extensions)},
                      ${tasksSql(wanted, 'AND t.state_id = st.id')} AS tasks
                 FROM cs_state st WHERE st.service_id = s.id AND ${which}) state) AS states
       FROM cs_service s WHERE s.id = $2 AND ${isLiveSql('$1')}`,
  );
};

const find = statesWhere('customerServices.findState', 4, 'st.id = $3');
const list = statesWhere(
  'customerServices.listStates',
  11,
  `${filterSql('st', 3)} ${pageSql('st', 9)}`,
);

/** Reads states, with their tasks when wanted; each call is one statement. */
@Injectable()
export class StateQueryRepository {
  constructor(private readonly database: Database) {}

  /** @returns undefined without the service, an empty list without the state */
  find(
    uuid: string,
    tenant: string,
    id: number,
    projection: ItemProjection,
  ): Promise<StateRow[] | undefined> {
    return this.read(find, [tenant, uuid, id, ...stateProjectionValues(projection)]);
  }

  /** States by their start. @returns undefined without the service */
  list(
    uuid: string,
    tenant: string,
    filter: ItemFilter,
    projection: ItemProjection,
  ): Promise<StateRow[] | undefined> {
    const { size, index } = filter;
    const values = [
      tenant,
      uuid,
      ...filterValues(filter),
      size,
      index,
      ...stateProjectionValues(projection),
    ];
    return this.read(list, values);
  }

  private async read(what: typeof find, values: unknown[]): Promise<StateRow[] | undefined> {
    return (await this.database.row<{ states: StateRow[] }>(what, values))?.states;
  }
}
