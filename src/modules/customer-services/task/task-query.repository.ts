import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import { isLiveSql, taskColumnsSql } from '../item/item-columns-sql.js';
import { type ItemFilter, filterValues, pageSql, filterSql } from '../item/item-filter.js';
import { type WeighedItem, weightSql } from '../item/item-weight.js';
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
const listed = `${filterSql('t', 3)} ${pageSql('t', 9)}`;
const list = tasksWhere(
  'customerServices.listTasks',
  '$11::boolean',
  `($12::bigint IS NULL OR t.state_id = $12) AND ${listed}`,
);
const listSome = tasksWhere(
  'customerServices.listSomeTasks',
  '$11::boolean',
  `t.id = ANY ($12::bigint[]) AND ${listed}`,
);
const weighList = statement(
  'customerServices.weighTasks',
  `WITH page AS MATERIALIZED (
     SELECT t.id FROM cs_service s JOIN cs_task t ON t.service_id = s.id
      WHERE s.id = $2 AND ${isLiveSql('$1')}
        AND ($11::bigint IS NULL OR t.state_id = $11) AND ${listed})
   SELECT t.id::float8 AS id, (${weightSql('t')})::float8 AS bytes
     FROM page JOIN cs_task t ON t.id = page.id ORDER BY t.started_at, t.id`,
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
    return this.read(list, [...pageValues(uuid, tenant, filter), extensions, stateId]);
  }

  /** Those of the tasks that are still in the list, by their start, with their extensions. */
  async listSome(
    uuid: string,
    tenant: string,
    filter: ItemFilter,
    ids: readonly number[],
  ): Promise<TaskRow[]> {
    const values = [...pageValues(uuid, tenant, { ...filter, index: 0 }), true, ids];
    return (await this.read(listSome, values)) ?? [];
  }

  /** What is in a list, by its start. */
  weighList(
    uuid: string,
    tenant: string,
    filter: ItemFilter,
    stateId: number | undefined,
  ): Promise<WeighedItem<number>[]> {
    return this.database.rows(weighList, [...pageValues(uuid, tenant, filter), stateId]);
  }

  private async read(what: typeof find, values: unknown[]): Promise<TaskRow[] | undefined> {
    return (await this.database.row<{ tasks: TaskRow[] }>(what, values))?.tasks;
  }
}

function pageValues(uuid: string, tenant: string, filter: ItemFilter): unknown[] {
  return [tenant, uuid, ...filterValues(filter), filter.size, filter.index];
}
