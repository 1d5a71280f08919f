import { Injectable } from '@nestjs/common';
import { Database, type Statement, statement } from '../../../core/database/index.js';
import { sent, withExtensions } from '../items/item-columns.js';
import { jsonOf } from '../items/parameters.js';
import { isWritable, renewal, renewedOwner, type Target, targetValues } from '../items/renewal.js';

/** What an extension hangs on: the service itself, or one of its states or tasks. */
export type Holder =
  { readonly kind: 'service' } | { readonly kind: 'state' | 'task'; readonly id: number };

const tables = { state: 'cs_state', task: 'cs_task' } as const;

/** SQL: the map with extension $5 replaced by the value $6. */
const replaced = (item: string): string =>
  withExtensions(item, 'json_build_object($5::text, $6::json)');

/** SQL: the map with the members of $6 put into extension $5. */
const merged = (item: string): string =>
  withExtensions(
    item,
    `json_build_object($5::text, json_merged(
       coalesce(${sent(item, 'extensions')} -> $5::text, '{}'), $6::json))`,
  );

/** SQL: whether extension $5 is a map, or not there. */
const isMap = (item: string): string =>
  `coalesce(json_typeof(${sent(item, 'extensions')} -> $5::text), 'object') = 'object'`;

const always = (): string => 'true';

interface Change {
  readonly name: string;
  readonly value: (item: string) => string;
  readonly condition: (item: string) => string;
}

const put: Change = { name: 'putExtension', value: replaced, condition: always };
const merge: Change = { name: 'mergeExtension', value: merged, condition: isMap };

function ofService({ name, value, condition }: Change): Statement {
  return statement(
    `customerServices.${name}`,
    `UPDATE cs_service s SET ${renewal()}, extensions = ${value('s')}
      WHERE ${isWritable} AND ${condition('s')} RETURNING s.id`,
  );
}

/** The condition is asked twice: before the service is renewed, and of the row as it is then. */
function ofItem(kind: 'state' | 'task', { name, value, condition }: Change): Statement {
  const table = tables[kind];
  return statement(
    `customerServices.${name}.${kind}`,
    `WITH ${renewedOwner(`EXISTS (
       SELECT FROM ${table} t WHERE t.service_id = $1 AND t.id = $7 AND ${condition('t')})`)}
     UPDATE ${table} t SET extensions = ${value('t')}
       FROM owner WHERE t.service_id = owner.id AND t.id = $7 AND ${condition('t')}
     RETURNING t.id`,
  );
}

function statementsOf(change: Change): Record<Holder['kind'], Statement> {
  return {
    service: ofService(change),
    state: ofItem('state', change),
    task: ofItem('task', change),
  };
}

const puts = statementsOf(put);
const merges = statementsOf(merge);

/** Writes single extensions; each call is one statement, which renews the service as well. */
@Injectable()
export class ExtensionRepository {
  constructor(private readonly database: Database) {}

  /** @returns whether it wrote */
  put(target: Target, holder: Holder, name: string, value: unknown): Promise<boolean> {
    return this.write(puts, target, holder, name, value);
  }

  /** @returns whether it wrote; not when what is there is no map */
  merge(target: Target, holder: Holder, name: string, members: object): Promise<boolean> {
    return this.write(merges, target, holder, name, members);
  }

  private async write(
    statements: Record<Holder['kind'], Statement>,
    target: Target,
    holder: Holder,
    name: string,
    value: unknown,
  ): Promise<boolean> {
    const ids = holder.kind === 'service' ? [] : [holder.id];
    const values = [...targetValues(target), name, jsonOf(value), ...ids];
    return (await this.database.execute(statements[holder.kind], values)) > 0;
  }
}
