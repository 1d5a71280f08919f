import { Injectable } from '@nestjs/common';
import { Database, SqlState, sqlStateOf, statement } from '../../../../core/database/index.js';
import type { IndexPosition, WalkRange } from '../export/service-walk.repository.js';
import { completedAtSql } from '../../item/item-columns-sql.js';
import type { PurgeOrder } from './purge-order.js';

/** How long a purge waits for somebody who holds a service. */
const lockTimeout = '5s';

/** What one look locked. */
export interface LockedServices {
  /** Uuids; held until the end of the unit of work. */
  readonly ids: readonly string[];
  /** Whether others are among them that somebody else holds. */
  readonly hasSkipped: boolean;
  /** Where the next look begins. */
  readonly end: IndexPosition;
}

/** How many services a look looks at, and how many of them it locks. */
export interface PurgePageSize {
  readonly looked: number;
  readonly locked: number;
}

interface LockRow extends IndexPosition {
  readonly ids: string[];
  readonly chosen: number;
}

/** SQL: whether service `s` is to go. */
const isPurgedSql = `
  s.tenant = $1 AND s.started_at < $4::timestamptz AND s.expires_at > statement_timestamp()
  AND ($6::boolean IS NULL OR (${completedAtSql('s')} IS NULL) = $6)
  AND (s.customer_id IS NULL OR NOT $7::boolean)`;

/**
 * Looks at a page of the index and locks, in its order, what is to go; whoever has written into a
 * service meanwhile is taken into account, as a lock looks at the conditions again.
 */
const lock = (name: string, held: string) =>
  statement(
    name,
    `WITH looked AS MATERIALIZED (
       SELECT s.id, s.started_at AS at, ${isPurgedSql} AS "isToGo" FROM cs_service s
        WHERE s.tenant = $1 AND (s.started_at, s.id) > ($2::timestamptz, $3::uuid)
          AND s.started_at < $4::timestamptz
        ORDER BY s.started_at, s.id LIMIT $5),
     chosen AS MATERIALIZED (
       SELECT id, at FROM looked WHERE "isToGo" ORDER BY at, id LIMIT $8::int),
     locked AS MATERIALIZED (
       SELECT s.id FROM cs_service s
        WHERE s.id = ANY (ARRAY(SELECT id FROM chosen)) AND ${isPurgedSql}
        ORDER BY s.started_at, s.id FOR UPDATE ${held}),
     reached AS (
       (SELECT 0 AS rank, at, id FROM chosen ORDER BY at, id OFFSET $8::int - 1 LIMIT 1)
       UNION ALL
       (SELECT 1, at, id FROM looked ORDER BY at DESC, id DESC LIMIT 1)
       ORDER BY rank LIMIT 1)
     SELECT ARRAY(SELECT id FROM locked) AS ids, (SELECT count(*) FROM chosen)::int AS chosen,
            at::text, id
       FROM reached`,
  );

const lockFree = lock('customerServices.purgeLockFree', 'SKIP LOCKED');
const lockWaiting = lock('customerServices.purgeLockWaiting', '');
const limitWait = statement(
  'customerServices.purgeLimitWait',
  `SELECT set_config('lock_timeout', '${lockTimeout}', true)`,
);

/** Locks services that are to be purged, a few at a time, in a unit of work of its caller's. */
@Injectable()
export class PurgeRepository {
  constructor(private readonly database: Database) {}

  /** Locks what nobody else holds. undefined: there is no more. */
  lockFree(
    order: PurgeOrder & { readonly tenant: string },
    range: WalkRange,
    after: IndexPosition,
    size: PurgePageSize,
  ): Promise<LockedServices | undefined> {
    return this.lock(lockFree, valuesOf(order, range, after, size));
  }

  /** Waits for those that hold what is to go; the statement fails when that takes too long. */
  async lockWaiting(
    order: PurgeOrder & { readonly tenant: string },
    range: WalkRange,
    after: IndexPosition,
    size: PurgePageSize,
  ): Promise<LockedServices | undefined> {
    await this.database.execute(limitWait, []);
    return this.lock(lockWaiting, valuesOf(order, range, after, size));
  }

  private async lock(
    which: typeof lockFree,
    values: readonly unknown[],
  ): Promise<LockedServices | undefined> {
    const row = await this.database.row<LockRow>(which, values);
    if (row === undefined) return undefined;
    const { ids, chosen, at, id } = row;
    return { ids, hasSkipped: ids.length < chosen, end: { at, id } };
  }
}

/** Whether a statement failed because somebody held a row for too long. */
export function hasWaitedTooLong(error: unknown): boolean {
  return sqlStateOf(error) === SqlState.lockNotAvailable;
}

function valuesOf(
  { tenant, isActive, isAnonymous }: PurgeOrder & { readonly tenant: string },
  range: WalkRange,
  after: IndexPosition,
  { looked, locked }: PurgePageSize,
): unknown[] {
  return [tenant, after.at, after.id, range.until, looked, isActive, isAnonymous, locked];
}
