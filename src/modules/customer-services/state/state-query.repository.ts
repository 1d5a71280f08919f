import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import {
  isLiveSql,
  stateColumnsSql,
  tasksSql,
  stateProjectionPlaceholders,
} from '../item/item-columns-sql.js';
import { type ItemFilter, filterValues, pageSql, filterSql } from '../item/item-filter.js';
import { type WeighedItem, weightOfAllSql, weightSql } from '../item/item-weight.js';
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
const listSome = statesWhere(
  'customerServices.listSomeStates',
  11,
  `st.id = ANY ($14::bigint[]) AND ${filterSql('st', 3)} ${pageSql('st', 9)}`,
);
const weighList = statement(
  'customerServices.weighStates',
  `WITH page AS MATERIALIZED (
     SELECT st.id FROM cs_service s JOIN cs_state st ON st.service_id = s.id
      WHERE s.id = $2 AND ${isLiveSql('$1')} AND ${filterSql('st', 3)} ${pageSql('st', 9)})
   SELECT st.id::float8 AS id,
          (${weightSql('st')} + ${weightOfAllSql('cs_task', 'i.service_id = $2 AND i.state_id = st.id')})::float8 AS bytes
     FROM page JOIN cs_state st ON st.id = page.id ORDER BY st.started_at, st.id`,
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
    const values = [...pageValues(uuid, tenant, filter), ...stateProjectionValues(projection)];
    return this.read(list, values);
  }

  /** Those of the states that are still in the list, by their start. */
  async listSome(
    uuid: string,
    tenant: string,
    filter: ItemFilter,
    projection: ItemProjection,
    ids: readonly number[],
  ): Promise<StateRow[]> {
    const page = pageValues(uuid, tenant, { ...filter, index: 0 });
    const values = [...page, ...stateProjectionValues(projection), ids];
    return (await this.read(listSome, values)) ?? [];
  }

  /** What is in a list, with its tasks, by its start. */
  weighList(uuid: string, tenant: string, filter: ItemFilter): Promise<WeighedItem<number>[]> {
    return this.database.rows(weighList, pageValues(uuid, tenant, filter));
  }

  private async read(what: typeof find, values: unknown[]): Promise<StateRow[] | undefined> {
    return (await this.database.row<{ states: StateRow[] }>(what, values))?.states;
  }
}

function pageValues(uuid: string, tenant: string, filter: ItemFilter): unknown[] {
  return [tenant, uuid, ...filterValues(filter), filter.size, filter.index];
}
