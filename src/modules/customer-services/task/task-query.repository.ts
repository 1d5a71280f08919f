import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import { isLiveSql, taskColumnsSql } from '../item/item-columns-sql.js';
import { type ItemFilter, filterValues, pageSql, filterSql } from '../item/item-filter.js';
import type { TaskRow } from '../item/item-row.js';

const tasksWhere = (name: string, extensions: string, which: string) =>
  statement(
    name,
    `SELECT (SELECT coalesce(json_agg(row_to_json(task)), '[]') FROM (
               SELECT ${taskColumnsSql(extensions)} FROM cs_task t
                WHERE t.service_id = s.id AND ${which}) task) AS tasks
       FROM cs_service s WHERE s.id = $2 AND ${isLiveSql('$1')}`,
  );

const find = tasksWhere('customerServices.findTask', '$4::boolean', 't.id = $3');
const list = tasksWhere(
  'customerServices.listTasks',
  '$11::boolean',
  `($12::bigint IS NULL OR t.state_id = $12) AND ${filterSql('t', 3)} ${pageSql('t', 9)}`,
);

/** Reads tasks; each call is one statement. */
@Injectable()
export class TaskQueryRepository {
  constructor(private readonly database: Database) {}

  /** @returns undefined without the service, an empty list without the task */
  find(
    uuid: string,
    tenant: string,
    id: number,
    extensions: boolean,
  ): Promise<TaskRow[] | undefined> {
    return this.read(find, [tenant, uuid, id, extensions]);
  }

  /**
   * Tasks by their start.
   * @param stateId the state that they hang on; undefined: any, or none
   * @returns undefined without the service
   */
  list(
    uuid: string,
    tenant: string,
    filter: ItemFilter,
    stateId: number | undefined,
    extensions: boolean,
  ): Promise<TaskRow[] | undefined> {
    const { size, index } = filter;
    const values = [tenant, uuid, ...filterValues(filter), size, index, extensions, stateId];
    return this.read(list, values);
  }

  private async read(what: typeof find, values: unknown[]): Promise<TaskRow[] | undefined> {
    return (await this.database.row<{ tasks: TaskRow[] }>(what, values))?.tasks;
  }
}
