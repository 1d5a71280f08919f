import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import { isLive, stateColumns, tasksOf, ofStatePlaceholders } from '../items/item-columns.js';
import type { ItemFilter } from '../items/item-filter.js';
import { filterValues, page, passes } from '../items/item-list.js';
import { type StateRow, type Wanted, wantedOfState } from '../items/item-row.js';

const statesWhere = (name: string, firstWanted: number, which: string) => {
  const wanted = ofStatePlaceholders(firstWanted);
  return statement(
    name,
    `SELECT (SELECT coalesce(json_agg(row_to_json(state)), '[]') FROM (
               SELECT ${stateColumns(wanted.extensions)},
                      ${tasksOf(wanted, 'AND t.state_id = st.id')} AS tasks
                 FROM cs_state st WHERE st.service_id = s.id AND ${which}) state) AS states
       FROM cs_service s WHERE s.id = $2 AND ${isLive('$1')}`,
  );
};

const find = statesWhere('customerServices.findState', 4, 'st.id = $3');
const list = statesWhere('customerServices.listStates', 11, `${passes('st', 3)} ${page('st', 9)}`);

/** Reads states, with their tasks when wanted; each call is one statement. */
@Injectable()
export class StateQueryRepository {
  constructor(private readonly database: Database) {}

  /** @returns undefined without the service, an empty list without the state */
  find(uuid: string, tenant: string, id: number, wanted: Wanted): Promise<StateRow[] | undefined> {
    return this.read(find, [tenant, uuid, id, ...wantedOfState(wanted)]);
  }

  /** States by their start. @returns undefined without the service */
  list(
    uuid: string,
    tenant: string,
    filter: ItemFilter,
    wanted: Wanted,
  ): Promise<StateRow[] | undefined> {
    const { size, index } = filter;
    const values = [tenant, uuid, ...filterValues(filter), size, index, ...wantedOfState(wanted)];
    return this.read(list, values);
  }

  private async read(what: typeof find, values: unknown[]): Promise<StateRow[] | undefined> {
    return (await this.database.row<{ states: StateRow[] }>(what, values))?.states;
  }
}
