import { completedAtSql, typeTextSql } from './item-columns-sql.js';
import { instantParameter } from './statement-parameters.js';

/**
 * SQL: whether an item of the alias is one that the filter lets through, whose values stand from
 * placeholder `first` on, as `filterValues` gives them.
 */
export function filterSql(alias: string, first: number): string {
  const [types, startedFrom, startedTo, completedFrom, completedTo, isActive] = [
    0, 1, 2, 3, 4, 5,
  ].map((offset) => `$${String(first + offset)}`) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const completed = completedAtSql(alias, 's');
  return `
    (${types}::text[] IS NULL OR ${typeTextSql(alias)} = ANY (${types}))
    AND ${alias}.started_at >= coalesce(${startedFrom}::timestamptz, '-infinity')
    AND ${alias}.started_at < coalesce(${startedTo}::timestamptz, 'infinity')
    AND (${completedFrom}::timestamptz IS NULL OR ${completed} >= ${completedFrom})
    AND (${completedTo}::timestamptz IS NULL OR ${completed} < ${completedTo})
    AND (${isActive}::boolean IS NULL OR (${completed} IS NULL) = ${isActive})`;
}

/** SQL: the order of every list, and its part that is asked for, from placeholder `first` on. */
export function pageSql(alias: string, first: number): string {
  return `ORDER BY ${alias}.started_at, ${alias}.id
    LIMIT $${String(first)}::int OFFSET $${String(first + 1)}::bigint`;
}

/** The values for `filterSql`. */
export function filterValues(filter: ItemFilter): unknown[] {
  const { types, startedFrom, startedTo, completedFrom, completedTo, activity } = filter;
  const isActive = activity === undefined ? undefined : activity === 'active';
  const range = [startedFrom, startedTo, completedFrom, completedTo].map(instantParameter);
  return [types, ...range, isActive];
}

/** Which items of a list are asked for. Ranges include their beginning and exclude their end. */
export interface ItemFilter {
  /** Texts of types; undefined: any. */
  readonly types: readonly string[] | undefined;
  readonly startedFrom: Date | undefined;
  readonly startedTo: Date | undefined;
  readonly completedFrom: Date | undefined;
  readonly completedTo: Date | undefined;
  /** undefined: both. */
  readonly activity: Activity | undefined;
  /** How many at most. */
  readonly size: number;
  /** How many of the first are passed over. */
  readonly index: number;
}

export type Activity = 'active' | 'completed';
