import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import {
  isLiveSql,
  serviceColumnsSql,
  serviceProjectionPlaceholders,
} from '../item/item-columns-sql.js';
import { type ItemFilter, filterValues, pageSql, filterSql } from '../item/item-filter.js';
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

const listOfCustomer = listOf('customerServices.listOfCustomer', 's.customer_id = $2');
const listOfContact = listOf(
  'customerServices.listOfContact',
  's.contact_key = $2 AND s.customer_id IS NULL',
);

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

  /** Services of a customer, by their start. */
  listOfCustomer(
    tenant: string,
    customerId: string,
    filter: ItemFilter,
    projection: ItemProjection,
  ): Promise<ServiceRow[]> {
    return this.database.rows(listOfCustomer, valuesOf(tenant, customerId, filter, projection));
  }

  /** Services of nobody known, by their contact key, by their start. */
  listOfContact(
    tenant: string,
    contactKey: string,
    filter: ItemFilter,
    projection: ItemProjection,
  ): Promise<ServiceRow[]> {
    return this.database.rows(listOfContact, valuesOf(tenant, contactKey, filter, projection));
  }
}

function valuesOf(
  tenant: string,
  owner: string,
  filter: ItemFilter,
  projection: ItemProjection,
): unknown[] {
  const { size, index } = filter;
  return [
    tenant,
    owner,
    ...filterValues(filter),
    size,
    index,
    ...serviceProjectionValues(projection),
  ];
}
