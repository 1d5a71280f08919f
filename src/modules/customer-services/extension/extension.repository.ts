import { Injectable } from '@nestjs/common';
import { Database, type Statement, statement } from '../../../core/database/index.js';
import { sentColumnSql, mergedExtensionsSql } from '../item/item-columns-sql.js';
import { jsonParameter } from '../item/statement-parameters.js';
import {
  isWritableSql,
  renewalSql,
  renewedOwnerSql,
  type WriteTarget,
  targetValues,
} from '../item/renewal-sql.js';

/** What an extension hangs on: the service itself, or one of its states or tasks. */
export type ExtensionOwner =
  { readonly kind: 'service' } | { readonly kind: 'state' | 'task'; readonly id: number };

const tables = { state: 'cs_state', task: 'cs_task' } as const;

/** SQL: the map with extension $5 replaced by the value $6. */
const replacedSql = (item: string): string =>
  mergedExtensionsSql(item, 'json_build_object($5::text, $6::json)');

/** SQL: the map with the members of $6 put into extension $5. */
const mergedSql = (item: string): string =>
  mergedExtensionsSql(
    item,
    `json_build_object($5::text, json_merged(
       coalesce(${sentColumnSql(item, 'extensions')} -> $5::text, '{}'), $6::json))`,
  );

/** SQL: whether extension $5 is a map, or not there. */
const isMapSql = (item: string): string =>
  `coalesce(json_typeof(${sentColumnSql(item, 'extensions')} -> $5::text), 'object') = 'object'`;

const alwaysSql = (): string => 'true';

interface ExtensionChange {
  readonly name: string;
  readonly value: (item: string) => string;
  readonly condition: (item: string) => string;
}

const put: ExtensionChange = { name: 'putExtension', value: replacedSql, condition: alwaysSql };
const merge: ExtensionChange = { name: 'mergeExtension', value: mergedSql, condition: isMapSql };

function serviceStatement({ name, value, condition }: ExtensionChange): Statement {
  return statement(
    `customerServices.${name}`,
    `UPDATE cs_service s SET ${renewalSql()}, extensions = ${value('s')}
      WHERE ${isWritableSql} AND ${condition('s')} RETURNING s.id`,
  );
}

/** The condition is asked twice: before the service is renewed, and of the row as it is then. */
function itemStatement(
  kind: 'state' | 'task',
  { name, value, condition }: ExtensionChange,
): Statement {
  const table = tables[kind];
  return statement(
    `customerServices.${name}.${kind}`,
    `WITH ${renewedOwnerSql(`EXISTS (
       SELECT FROM ${table} t WHERE t.service_id = $1 AND t.id = $7 AND ${condition('t')})`)}
     UPDATE ${table} t SET extensions = ${value('t')}
       FROM owner WHERE t.service_id = owner.id AND t.id = $7 AND ${condition('t')}
     RETURNING t.id`,
  );
}

function statementsOf(change: ExtensionChange): Record<ExtensionOwner['kind'], Statement> {
  return {
    service: serviceStatement(change),
    state: itemStatement('state', change),
    task: itemStatement('task', change),
  };
}

const puts = statementsOf(put);
const merges = statementsOf(merge);

/** Writes single extensions; each call is one statement, which renews the service as well. */
@Injectable()
export class ExtensionRepository {
  constructor(private readonly database: Database) {}

  /** @returns whether it wrote */
  put(target: WriteTarget, holder: ExtensionOwner, name: string, value: unknown): Promise<boolean> {
    return this.write(puts, target, holder, name, value);
  }

  /** @returns whether it wrote; not when what is there is no map */
  merge(
    target: WriteTarget,
    holder: ExtensionOwner,
    name: string,
    members: object,
  ): Promise<boolean> {
    return this.write(merges, target, holder, name, members);
  }

  private async write(
    statements: Record<ExtensionOwner['kind'], Statement>,
    target: WriteTarget,
    holder: ExtensionOwner,
    name: string,
    value: unknown,
  ): Promise<boolean> {
    const ids = holder.kind === 'service' ? [] : [holder.id];
    const values = [...targetValues(target), name, jsonParameter(value), ...ids];
    return (await this.database.execute(statements[holder.kind], values)) > 0;
  }
}
