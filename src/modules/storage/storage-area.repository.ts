import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../core/database/index.js';
import type { FieldValue } from '../../core/http/body/index.js';
import { entryColumns, entryWeightSql, withinWeightSql } from './entry-columns.js';

/** A storage area as a writer locks it. */
export interface LockedArea {
  readonly id: string;
  /** Whether a service owns it and sets its end. */
  readonly bound: boolean;
}

/** What a sweep of areas did. */
export interface SweptAreas {
  readonly removed: number;
  readonly entries: number;
  readonly hasMore: boolean;
  /** Milliseconds since the first of them ended. */
  readonly lagMs: number;
}

const isLiveSql = `a.expires_at > now() AND (a.kept_until > now() OR EXISTS (
  SELECT FROM storage_entry l WHERE l.area_id = a.id AND l.expires_at > now()))`;

const createWithTexts = statement(
  'storage.create',
  `WITH area AS (
     INSERT INTO storage_area (id, kept_until, expires_at)
     VALUES ($1, CASE WHEN cardinality($3::text[]) = 0 THEN now() + $2::int * interval '1 second'
                      ELSE '-infinity' END,
             now() + $2::int * interval '1 second'))
   INSERT INTO storage_entry (area_id, key, value, expires_at)
   SELECT $1, e.key, e.value, now() + $2::int * interval '1 second'
     FROM unnest($3::text[], $4::text[]) AS e (key, value)`,
);

const createUnder = statement(
  'storage.createUnder',
  `INSERT INTO storage_area (id, owner, kept_until, expires_at)
   VALUES ($1, $2, CASE WHEN $4 THEN now() + $3::int * interval '1 second' ELSE '-infinity' END,
           now() + $3::int * interval '1 second')
   ON CONFLICT (id) DO NOTHING`,
);

const lock = statement('storage.lock', `SELECT FROM storage_area WHERE id = $1 FOR UPDATE`);

/**
 * Takes over the row of an area that is dead but not yet swept. A statement of its own, after the row
 * is locked: one that has waited for another writer does not see the keys which that writer brought,
 * and takes the area for dead.
 */
const takeOver = statement(
  'storage.takeOver',
  `UPDATE storage_area a
      SET owner = $2, bound = false, expires_at = now() + $3::int * interval '1 second',
          kept_until = CASE WHEN $4 THEN now() + $3::int * interval '1 second'
                       ELSE '-infinity' END
    WHERE a.id = $1 AND NOT (${isLiveSql})`,
);

const createBound = statement(
  'storage.createBound',
  `INSERT INTO storage_area (id, bound, kept_until, expires_at)
   VALUES ($1, true, $2, $2)`,
);

const moveBound = statement(
  'storage.moveBound',
  `UPDATE storage_area SET kept_until = $2, expires_at = $2 WHERE id = $1 AND bound`,
);

/**
 * Locks a live area for its user and lets it live at least as long as the keys to be written. The
 * row is changed in any case: a sweeper that has already looked at it looks again.
 */
const lockForWrite = statement(
  'storage.lockForWrite',
  `UPDATE storage_area a
      SET expires_at = CASE WHEN bound THEN expires_at
                       ELSE greatest(expires_at, now() + $3::int * interval '1 second') END
    WHERE a.id = $1 AND (a.owner IS NOT DISTINCT FROM $2 OR (a.owner IS NULL AND NOT $4)) AND ${isLiveSql}
   RETURNING a.id, a.bound`,
);

const remove = statement('storage.removeArea', `DELETE FROM storage_area WHERE id = ANY ($1)`);

const removeWithEntries = statement(
  'storage.removeBound',
  `WITH area AS (DELETE FROM storage_area WHERE id = ANY ($1::text[]) AND bound RETURNING id)
   DELETE FROM storage_entry WHERE area_id = ANY (ARRAY (SELECT id FROM area))`,
);

/**
 * Keys go before their area, as many as weigh no more than the limit; the area goes with its last.
 * A sweep that comes to an area with more keys than that comes again.
 */
const sweep = statement(
  'storage.sweepAreas',
  `WITH due AS MATERIALIZED (
     SELECT id, expires_at FROM storage_area WHERE expires_at <= now()
      ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED),
   keys AS MATERIALIZED (
     SELECT e.ctid AS place, ${entryWeightSql('e')} AS weight
       FROM due JOIN storage_entry e ON e.area_id = due.id LIMIT $1 + 1),
   entry AS (
     DELETE FROM storage_entry WHERE ctid = ANY (ARRAY (${withinWeightSql('keys', '$1')})) RETURNING 1),
   area AS (
     DELETE FROM storage_area WHERE id = ANY (ARRAY (SELECT id FROM due))
        AND (SELECT count(*) FROM entry) = (SELECT count(*) FROM keys)
     RETURNING expires_at)
   SELECT (SELECT count(*) FROM area)::int AS removed, (SELECT count(*) FROM entry)::int AS entries,
          (SELECT count(*) FROM area) = 0 AND EXISTS (SELECT FROM entry)
            OR (SELECT count(*) FROM due) >= $1 AS "hasMore",
          coalesce(extract(epoch FROM now() - (SELECT min(expires_at) FROM due)) * 1000, 0)::float8
            AS "lagMs"`,
);

/** The areas that keys live in. */
@Injectable()
export class StorageAreaRepository {
  constructor(private readonly database: Database) {}

  /** Makes a new area with text entries, in one statement: the hot path of the Storage API. */
  async createWithTexts(
    id: string,
    ttlSeconds: number,
    entries: ReadonlyMap<string, FieldValue>,
  ): Promise<void> {
    const { keys, values } = entryColumns(entries);
    await this.database.execute(createWithTexts, [id, ttlSeconds, keys, values]);
  }

  /**
   * Makes an area under a given id, without entries, in the unit of work of those that follow.
   * @param keptEmpty whether it lives for its ttl without any key
   * @returns false when an area of that id lives
   */
  async createWithId(
    id: string,
    owner: string | undefined,
    ttlSeconds: number,
    keptEmpty: boolean,
  ): Promise<boolean> {
    const values = [id, owner, ttlSeconds, keptEmpty];
    for (;;) {
      if ((await this.database.execute(createUnder, values)) > 0) return true;
      if ((await this.database.execute(lock, [id])) > 0) {
        return (await this.database.execute(takeOver, values)) > 0;
      }
      // The sweeper has removed it in between.
    }
  }

  /** Makes the area of a service: it lives as long as the service, empty or not. */
  async createBound(id: string, expiresAt: Date): Promise<void> {
    await this.database.execute(createBound, [id, expiresAt]);
  }

  /** Moves the end of a service's area. */
  async moveBound(id: string, expiresAt: Date): Promise<void> {
    await this.database.execute(moveBound, [id, expiresAt]);
  }

  /**
   * Locks a live area for a writer until the end of the unit of work.
   * @param ttlSeconds how long what is about to be written lives; 0 for nothing
   * @param ownedOnly whether an area that belongs to nobody counts as somebody else's
   */
  async lockForWrite(
    id: string,
    user: string | undefined,
    ttlSeconds: number,
    ownedOnly = false,
  ): Promise<LockedArea | undefined> {
    return this.database.row<LockedArea>(lockForWrite, [id, user, ttlSeconds, ownedOnly]);
  }

  async remove(id: string): Promise<void> {
    await this.database.execute(remove, [[id]]);
  }

  /** Removes services' areas with all that is in them. */
  async removeBound(ids: readonly string[]): Promise<void> {
    await this.database.execute(removeWithEntries, [ids]);
  }

  /** Removes ended areas that nobody holds, and of their keys as many as `limit` allows. */
  async sweep(limit: number): Promise<SweptAreas> {
    const swept = await this.database.row<SweptAreas>(sweep, [limit]);
    return swept ?? { removed: 0, entries: 0, hasMore: false, lagMs: 0 };
  }
}
