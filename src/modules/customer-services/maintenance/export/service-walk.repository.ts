import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../../core/database/index.js';
import {
  completedAtSql,
  isLiveSql,
  serviceColumnsSql,
  serviceProjectionPlaceholders,
} from '../../item/item-columns-sql.js';
import { fullProjection, type ServiceRow, serviceProjectionValues } from '../../item/item-row.js';
import { weightSql } from '../../item/item-weight.js';

/** A place in the order of an index: an event's instant, as PostgreSQL writes it, and a service. */
export interface IndexPosition {
  readonly at: string;
  /** A uuid. */
  readonly id: string;
}

/** The part of time that is walked through. */
export interface WalkRange {
  /** The place before its first. */
  readonly start: IndexPosition;
  /** The first instant that is not in it, as PostgreSQL writes it. */
  readonly until: string;
}

/** What a walk is about, beside the range. */
export interface Walk {
  readonly tenant: string;
  readonly range: WalkRange;
  /** undefined: active and completed ones. */
  readonly isActive: boolean | undefined;
}

/** Some services of a walk, in its order. */
export interface WalkedPage {
  /** Uuids of those that are wanted, perhaps of none. */
  readonly ids: readonly string[];
  /** Where the next page begins. */
  readonly end: IndexPosition;
}

interface PageRow extends IndexPosition {
  readonly ids: string[];
}

/** What a service takes of which `weigh` says nothing, in bytes. */
export const typicalBytes = 5000;

const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Beyond the newest event there is nothing to wait for: what comes in later is not walked. */
const findRange = statement(
  'customerServices.findRange',
  `SELECT ($2::timestamptz - interval '1 microsecond')::text AS "before",
          least($3::timestamptz, greatest(statement_timestamp(),
            (SELECT max(started_at) FROM cs_service WHERE tenant = $1),
            (SELECT max(completed_at) FROM cs_service WHERE tenant = $1))
            + interval '1 millisecond')::text AS "until"`,
);

/** SQL: whether service `s` is as active as asked for; null: either. */
const isOfStateSql = (isActive: string): string =>
  `(${isActive}::boolean IS NULL OR (${completedAtSql('s')} IS NULL) = ${isActive})`;

/**
 * One page of an index. What is not wanted counts too, so that a page is never long in coming,
 * however few are wanted.
 */
const walkBy = (name: string, event: string, condition = 'true') =>
  statement(
    name,
    `WITH walked AS MATERIALIZED (
       SELECT s.id, s.${event} AS at,
              s.expires_at > statement_timestamp() AND ${isOfStateSql('$6')} AND ${condition} AS "isWanted"
         FROM cs_service s
        WHERE s.tenant = $1 AND (s.${event}, s.id) > ($2::timestamptz, $3::uuid)
          AND s.${event} < $4::timestamptz
        ORDER BY s.${event}, s.id LIMIT $5)
     SELECT ARRAY(SELECT id FROM walked WHERE "isWanted" ORDER BY at, id) AS ids, at::text, id
       FROM walked ORDER BY walked.at DESC, walked.id DESC LIMIT 1`,
  );

const walkStarts = walkBy('customerServices.walkStarts', 'started_at');
const walkEnds = walkBy('customerServices.walkEnds', 'completed_at');
const walkEndsAlone = walkBy(
  'customerServices.walkEndsAlone',
  'completed_at',
  `NOT (s.started_at > $7::timestamptz AND s.started_at < $4::timestamptz)`,
);

/** SQL: the weight of each item of a table. */
const weightsSql = (table: string, key: string): string =>
  `SELECT ${key} AS id, ${weightSql('i')} AS bytes FROM ${table} i WHERE ${key} = ANY ($1::uuid[])`;

const weigh = statement(
  'customerServices.weigh',
  `SELECT id, sum(bytes)::float8 AS bytes
     FROM (${weightsSql('cs_service', 'id')} UNION ALL ${weightsSql('cs_state', 'service_id')}
           UNION ALL ${weightsSql('cs_task', 'service_id')}) items
    GROUP BY id HAVING sum(bytes) > ${String(typicalBytes)}`,
);

const readWhole = statement(
  'customerServices.readWhole',
  `SELECT ${serviceColumnsSql(serviceProjectionPlaceholders(4))}
     FROM unnest($2::uuid[]) WITH ORDINALITY AS asked (id, place)
     JOIN cs_service s ON s.id = asked.id
    WHERE ${isLiveSql('$1')} AND ${isOfStateSql('$3')}
    ORDER BY asked.place`,
);

/** Reads many services in small pages, each a statement that holds nothing when it has answered. */
@Injectable()
export class ServiceWalkRepository {
  constructor(private readonly database: Database) {}

  /** @param to undefined: to the newest event that there is */
  async rangeOf(tenant: string, from: Date | undefined, to: Date | undefined): Promise<WalkRange> {
    const values = [tenant, from?.toISOString() ?? '-infinity', to?.toISOString() ?? 'infinity'];
    const row = await this.database.row<{ before: string; until: string }>(findRange, values);
    if (row === undefined) throw new Error('a range without rows');
    return { start: { at: row.before, id: lastId }, until: row.until };
  }

  /** Services by their start. undefined: there is no more. */
  walkStarts(walk: Walk, after: IndexPosition, size: number): Promise<WalkedPage | undefined> {
    return this.walk(walkStarts, valuesOf(walk, after, size));
  }

  /** Services by their end. */
  walkEnds(walk: Walk, after: IndexPosition, size: number): Promise<WalkedPage | undefined> {
    return this.walk(walkEnds, valuesOf(walk, after, size));
  }

  /** Services by their end whose start is not in the range. */
  walkEndsAlone(walk: Walk, after: IndexPosition, size: number): Promise<WalkedPage | undefined> {
    return this.walk(walkEndsAlone, [...valuesOf(walk, after, size), walk.range.start.at]);
  }

  /** About how many bytes those of the services take that are large, when they are read whole. */
  async weigh(uuids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.rows<{ id: string; bytes: number }>(weigh, [uuids]);
    return new Map(rows.map(({ id, bytes }) => [id, bytes]));
  }

  /** Whole services, in the order of their uuids; those that are no more as asked for are missing. */
  readWhole(walk: Walk, uuids: readonly string[]): Promise<ServiceRow[]> {
    const { tenant, isActive } = walk;
    return this.database.rows<ServiceRow>(readWhole, [
      ...[tenant, uuids, isActive],
      ...serviceProjectionValues(fullProjection),
    ]);
  }

  private async walk(
    page: typeof walkStarts,
    values: readonly unknown[],
  ): Promise<WalkedPage | undefined> {
    const row = await this.database.row<PageRow>(page, values);
    return row && { ids: row.ids, end: { at: row.at, id: row.id } };
  }
}

function valuesOf(
  { tenant, range, isActive }: Walk,
  after: IndexPosition,
  size: number,
): unknown[] {
  return [tenant, after.at, after.id, range.until, size, isActive];
}
