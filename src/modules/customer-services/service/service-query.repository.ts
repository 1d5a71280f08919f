import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import {
  isLiveSql,
  serviceColumnsSql,
  serviceProjectionPlaceholders,
} from '../item/item-columns-sql.js';
import { type ItemFilter, filterValues, pageSql, filterSql } from '../item/item-filter.js';
import { type WeighedItem, weightOfAllSql, weightSql } from '../item/item-weight.js';
import { type ServiceRow, type ItemProjection, serviceProjectionValues } from '../item/item-row.js';

const find = statement(
  'customerServices.find',
  `SELECT ${serviceColumnsSql(serviceProjectionPlaceholders(3))} FROM cs_service s
    WHERE s.id = $2 AND ${isLiveSql('$1')}`,
);

/** An index scan: the index begins with tenant and owner and has the order of the list. */
const listOf = (name: string, owner: string) =>
  statement(
    name,
    `SELECT ${serviceColumnsSql(serviceProjectionPlaceholders(11))} FROM cs_service s
      WHERE ${isLiveSql('$1')} AND ${owner} AND ${filterSql('s', 3)} ${pageSql('s', 9)}`,
  );

const weighListOf = (name: string, owner: string) =>
  statement(
    name,
    `WITH page AS MATERIALIZED (
       SELECT s.id FROM cs_service s
        WHERE ${isLiveSql('$1')} AND ${owner} AND ${filterSql('s', 3)} ${pageSql('s', 9)})
     SELECT s.id, (${weightSql('s')} + ${weightOfAllSql('cs_state', 'i.service_id = s.id')}
                   + ${weightOfAllSql('cs_task', 'i.service_id = s.id')})::float8 AS bytes
       FROM page JOIN cs_service s ON s.id = page.id ORDER BY s.started_at, s.id`,
  );

/** The three statements of one kind of lists. */
const listsOf = (name: string, owner: string) => ({
  all: listOf(`customerServices.listOf${name}`, owner),
  some: listOf(`customerServices.listSomeOf${name}`, `${owner} AND s.id = ANY ($16::uuid[])`),
  weigh: weighListOf(`customerServices.weighListOf${name}`, owner),
});

const lists = {
  customer: listsOf('Customer', 's.customer_id = $2'),
  contact: listsOf('Contact', 's.contact_key = $2 AND s.customer_id IS NULL'),
};

/** Whose services a list holds. */
export interface ServiceOwner {
  readonly tenant: string;
  /** `contact`: services of nobody known, by their contact key. */
  readonly kind: keyof typeof lists;
  readonly name: string;
}

/** Reads services, with their states and tasks when wanted; each call is one statement. */
@Injectable()
export class ServiceQueryRepository {
  constructor(private readonly database: Database) {}

  find(uuid: string, tenant: string, projection: ItemProjection): Promise<ServiceRow | undefined> {
    return this.database.row<ServiceRow>(find, [
      tenant,
      uuid,
      ...serviceProjectionValues(projection),
    ]);
  }

  /** Services of an owner, by their start. */
  list(owner: ServiceOwner, filter: ItemFilter, projection: ItemProjection): Promise<ServiceRow[]> {
    return this.database.rows(lists[owner.kind].all, [
      ...pageValues(owner, filter),
      ...serviceProjectionValues(projection),
    ]);
  }

  /** Those of the services that are still in the list, by their start. */
  listSome(
    owner: ServiceOwner,
    filter: ItemFilter,
    projection: ItemProjection,
    uuids: readonly string[],
  ): Promise<ServiceRow[]> {
    return this.database.rows(lists[owner.kind].some, [
      ...pageValues(owner, { ...filter, index: 0 }),
      ...serviceProjectionValues(projection),
      uuids,
    ]);
  }

  /** What is in a list, with all that may be shown of it, by its start. */
  weighList(owner: ServiceOwner, filter: ItemFilter): Promise<WeighedItem<string>[]> {
    return this.database.rows(lists[owner.kind].weigh, pageValues(owner, filter));
  }
}

function pageValues({ tenant, name }: ServiceOwner, filter: ItemFilter): unknown[] {
  return [tenant, name, ...filterValues(filter), filter.size, filter.index];
}
