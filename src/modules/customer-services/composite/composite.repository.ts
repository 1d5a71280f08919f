import { Injectable } from '@nestjs/common';
import { Database, type Statement, statement } from '../../../core/database/index.js';
import type { JsonMap, Scalar } from '../item/item-event.js';
import { completedAtSql, typeTextSql, mergedExtensionsSql } from '../item/item-columns-sql.js';
import { jsonParameter } from '../item/statement-parameters.js';
import { isWritableSql, renewalSql, type WriteTarget, targetValues } from '../item/renewal-sql.js';
import type { NewService } from '../service/service.repository.js';

/** Sorted by what is locked: two that want the same locks take them in the same order. */
const lock = statement(
  'customerServices.lockComposites',
  `SELECT pg_advisory_xact_lock(hash) FROM (
     SELECT DISTINCT hashtextextended(key, 0) AS hash FROM unnest($1::text[]) AS key
      ORDER BY hash) keys`,
);

const findActive = (name: string, owner: string) =>
  statement(
    name,
    `SELECT s.id FROM cs_service s
      WHERE s.tenant = $1 AND ${owner} AND s.expires_at > statement_timestamp() AND ${completedAtSql('s')} IS NULL
        AND s.contact_key IS NOT DISTINCT FROM $3 AND ${typeTextSql('s')} IS NOT DISTINCT FROM $4
      ORDER BY s.started_at DESC, s.id DESC LIMIT 1`,
  );

const findOfCustomer = findActive('customerServices.findActiveOfCustomer', 's.customer_id = $2');
const findOfContact = findActive(
  'customerServices.findActiveOfContact',
  's.customer_id IS NULL AND $2::text IS NULL',
);

const reuseService = statement(
  'customerServices.adoptService',
  `UPDATE cs_service s SET ${renewalSql()}, extensions = ${mergedExtensionsSql('s', '$5::json')}
    WHERE ${isWritableSql} AND s.completed_at IS NULL RETURNING s.id`,
);

const reuseItemStatement = (name: string, table: string, condition: string) =>
  statement(
    name,
    `UPDATE ${table} t SET extensions = ${mergedExtensionsSql('t', '$3::json')}
      WHERE t.service_id = $1 AND t.id = (
        SELECT id FROM ${table} i WHERE i.service_id = $1 AND i.completed_at IS NULL
           AND ${typeTextSql('i')} IS NOT DISTINCT FROM $2 ${condition}
         ORDER BY i.started_at DESC, i.id DESC LIMIT 1)
     RETURNING t.id::float8 AS id`,
  );

const reuseState = reuseItemStatement('customerServices.adoptState', 'cs_state', '');
const reuseTask = reuseItemStatement(
  'customerServices.adoptTask',
  'cs_task',
  'AND ($4::bigint IS NULL OR i.state_id = $4)',
);

/** Finds what a composite start looks for; its statements belong into one unit of work. */
@Injectable()
export class CompositeRepository {
  constructor(private readonly database: Database) {}

  /** Lets one caller at a time look for, and make, what has one of the keys. */
  async lock(keys: readonly string[]): Promise<void> {
    await this.database.rows(lock, [keys]);
  }

  /** The active service of that customer, type and contact key that started last. */
  async findService(
    tenant: string,
    { customerId, contactKey, type }: NewService,
  ): Promise<string | undefined> {
    const find = customerId === undefined ? findOfContact : findOfCustomer;
    const values = [tenant, customerId, contactKey, textOf(type)];
    return (await this.database.row<{ id: string }>(find, values))?.id;
  }

  /**
   * Locks and renews a service that was found, and puts extensions into it.
   * @returns false when somebody has ended or removed it meanwhile
   */
  async reuseService(target: WriteTarget, extensions: JsonMap): Promise<boolean> {
    const values = [...targetValues(target), jsonParameter(extensions)];
    return (await this.database.execute(reuseService, values)) > 0;
  }

  /** Puts extensions into the active state of that type that started last. @returns its id */
  reuseState(
    uuid: string,
    type: Scalar | undefined,
    extensions: JsonMap,
  ): Promise<number | undefined> {
    return this.reuseItem(reuseState, [uuid, textOf(type), jsonParameter(extensions)]);
  }

  /** As `adoptState`. @param stateId the state that it must hang on; undefined: any, or none */
  reuseTask(
    uuid: string,
    type: Scalar | undefined,
    extensions: JsonMap,
    stateId: number | undefined,
  ): Promise<number | undefined> {
    return this.reuseItem(reuseTask, [uuid, textOf(type), jsonParameter(extensions), stateId]);
  }

  private async reuseItem(what: Statement, values: unknown[]): Promise<number | undefined> {
    return (await this.database.row<{ id: number }>(what, values))?.id;
  }
}

function textOf(type: Scalar | undefined): string | undefined {
  return type === undefined ? undefined : String(type);
}
