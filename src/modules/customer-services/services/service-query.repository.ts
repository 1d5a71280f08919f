import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import { isLive, serviceColumns, ofServicePlaceholders } from '../items/item-columns.js';
import type { ItemFilter } from '../items/item-filter.js';
import { filterValues, page, passes } from '../items/item-list.js';
import { type ServiceRow, type Wanted, wantedOfService } from '../items/item-row.js';

const find = statement(
  'customerServices.find',
  `SELECT ${serviceColumns(ofServicePlaceholders(3))} FROM cs_service s
    WHERE s.id = $2 AND ${isLive('$1')}`,
);

/** An index scan: the index begins with tenant and owner and has the order of the list. */
const listOf = (name: string, owner: string) =>
  statement(
    name,
    `SELECT ${serviceColumns(ofServicePlaceholders(11))} FROM cs_service s
      WHERE ${isLive('$1')} AND ${owner} AND ${passes('s', 3)} ${page('s', 9)}`,
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

  find(uuid: string, tenant: string, wanted: Wanted): Promise<ServiceRow | undefined> {
    return this.database.row<ServiceRow>(find, [tenant, uuid, ...wantedOfService(wanted)]);
  }

  /** Services of a customer, by their start. */
  listOfCustomer(
    tenant: string,
    customerId: string,
    filter: ItemFilter,
    wanted: Wanted,
  ): Promise<ServiceRow[]> {
    return this.database.rows(listOfCustomer, valuesOf(tenant, customerId, filter, wanted));
  }

  /** Services of nobody known, by their contact key, by their start. */
  listOfContact(
    tenant: string,
    contactKey: string,
    filter: ItemFilter,
    wanted: Wanted,
  ): Promise<ServiceRow[]> {
    return this.database.rows(listOfContact, valuesOf(tenant, contactKey, filter, wanted));
  }
}

function valuesOf(tenant: string, owner: string, filter: ItemFilter, wanted: Wanted): unknown[] {
  const { size, index } = filter;
  return [tenant, owner, ...filterValues(filter), size, index, ...wantedOfService(wanted)];
}
