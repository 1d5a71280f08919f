import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../core/database/index.js';
import { jsonPieces } from '../../core/json/index.js';

/** A number with the groups it stands in, as the configuration has it. */
export interface ConfiguredNumber {
  /** In comparable form. */
  readonly number: string;
  /** As the operator wrote it. */
  readonly display: string;
  /** Names of its groups, sorted. */
  readonly pool: readonly string[];
  readonly position: number;
}

/** A number that was chosen for a service. */
export interface ChosenNumber {
  readonly number: string;
  readonly display: string;
}

/** A number that was locked for a service. */
export interface TakenNumber extends ChosenNumber {
  /** When the booking ends if its service does not end first, as PostgreSQL writes it. */
  readonly bookedUntil: string;
}

/** How a group stands when no number of it could be had. */
export interface Exhaustion {
  /** Whether a number looks free: somebody is at it this very moment. */
  readonly anyFree: boolean;
  /** Seconds to the earliest end of a booking; null when nothing is booked. */
  readonly secondsToFree: number | null;
}

/** Sorted, as everybody locks numbers; those that stay as they are can be booked meanwhile. */
const lockChanged = statement(
  'accessNumber.lockChanged',
  `SELECT FROM access_number a
     LEFT JOIN jsonb_to_recordset($1::jsonb)
          AS n (number text, display text, pool text[], position integer) ON n.number = a.number
    WHERE CASE WHEN n.number IS NULL THEN a.pool <> '{}'
               ELSE (a.display, a.pool, a.position)
                    IS DISTINCT FROM (n.display, n.pool, n.position) END
    ORDER BY a.number FOR UPDATE OF a`,
);

const putNumbers = statement(
  'accessNumber.put',
  `INSERT INTO access_number AS a (number, display, pool, position)
   SELECT n.number, n.display, n.pool, n.position
     FROM jsonb_to_recordset($1::jsonb)
          AS n (number text, display text, pool text[], position integer)
   ON CONFLICT (number) DO UPDATE
      SET display = excluded.display, pool = excluded.pool, position = excluded.position
    WHERE (a.display, a.pool, a.position)
          IS DISTINCT FROM (excluded.display, excluded.pool, excluded.position)`,
);

/** A number without a group is handed out no more, but keeps a live booking to its end. */
const retireOthers = statement(
  'accessNumber.retire',
  `UPDATE access_number SET pool = '{}'
    WHERE pool <> '{}' AND number NOT IN (
      SELECT n.number FROM jsonb_to_recordset($1::jsonb) AS n (number text))`,
);

const clearPools = statement('accessNumber.clearPools', `DELETE FROM access_group_pool`);

const putPools = statement(
  'accessNumber.putPools',
  `INSERT INTO access_group_pool (group_name, pool)
   SELECT DISTINCT g.name, a.pool FROM access_number a CROSS JOIN unnest(a.pool) AS g (name)`,
);

/**
 * The longest unused number first. A group whose numbers all stand in the same groups is one pool,
 * so that this is one descent of an index; several pools are compared by their first.
 */
const longestUnusedSql = (condition: string, lock: string): string => `
  SELECT c.number
    FROM access_group_pool g
    CROSS JOIN LATERAL (
      SELECT n.number, n.free_from, n.position FROM access_number n
       WHERE n.pool = g.pool ${condition}
       ORDER BY n.free_from, n.position LIMIT 1 ${lock}) c
   WHERE g.group_name = $1
   ORDER BY c.free_from, c.position LIMIT 1`;

/** Not from the beginning of the transaction: it may have waited for its service since. */
const bookedUntilSql = `statement_timestamp() + $2::int * interval '1 second'`;

/**
 * One UPDATE on a sub-select with SKIP LOCKED: the fastest that never books twice
 * (docs/decisions/0003-number-booking.md).
 */
const take = statement(
  'accessNumber.take',
  `UPDATE access_number
      SET free_from = least(${bookedUntilSql}, $3::timestamptz)
    WHERE number = (${longestUnusedSql(
      'AND n.free_from <= statement_timestamp()',
      'FOR UPDATE SKIP LOCKED',
    )})
   RETURNING number, display, (${bookedUntilSql})::text AS "bookedUntil"`,
);

const useNext = (name: string, lock: string) =>
  statement(
    name,
    `UPDATE access_number SET free_from = greatest(free_from, clock_timestamp())
      WHERE number = (${longestUnusedSql('', lock)})
     RETURNING number, display`,
  );
const useNextUnlocked = useNext('accessNumber.useNext', 'FOR UPDATE SKIP LOCKED');
const useNextInLine = useNext('accessNumber.useNextInLine', 'FOR UPDATE');

const exhaustion = statement(
  'accessNumber.exhaustion',
  `SELECT coalesce(bool_or(n.free_from <= clock.now), false) AS "anyFree",
          ceil(extract(epoch FROM min(n.free_from) FILTER (WHERE n.free_from > clock.now)
                                  - min(clock.now)))::int AS "secondsToFree"
     FROM access_group_pool g JOIN access_number n ON n.pool = g.pool
    CROSS JOIN (SELECT statement_timestamp() AS now) clock
    WHERE g.group_name = $1`,
);

const sweepRetired = statement(
  'accessNumber.sweep',
  `DELETE FROM access_number WHERE number = ANY (ARRAY (
     SELECT number FROM access_number WHERE pool = '{}' AND free_from <= now()
      LIMIT $1 FOR UPDATE SKIP LOCKED))`,
);

/** The access numbers of all groups: one row a number, however many groups it stands in. */
@Injectable()
export class AccessNumberRepository {
  constructor(private readonly database: Database) {}

  /** Brings the numbers in step with the configuration; live bookings stay as they are. */
  async replaceAll(numbers: readonly ConfiguredNumber[]): Promise<void> {
    const json = (await jsonPieces(numbers)).join('');
    await this.database.execute(lockChanged, [json]);
    await this.database.execute(putNumbers, [json]);
    await this.database.execute(retireOthers, [json]);
    await this.database.execute(clearPools, []);
    await this.database.execute(putPools, []);
  }

  /**
   * Takes the longest unused free number of a group; it is free again after `bookingSeconds`, or
   * when its service ends if that is earlier.
   */
  async take(
    group: string,
    bookingSeconds: number,
    ownerEnd: Date,
  ): Promise<TakenNumber | undefined> {
    return this.database.row<TakenNumber>(take, [group, bookingSeconds, ownerEnd]);
  }

  /** Uses the longest unused number of a group without locking it away from others. */
  async useNext(group: string): Promise<ChosenNumber | undefined> {
    return (
      (await this.database.row<ChosenNumber>(useNextUnlocked, [group])) ??
      this.database.row<ChosenNumber>(useNextInLine, [group])
    );
  }

  async findExhaustion(group: string): Promise<Exhaustion> {
    return (
      (await this.database.row<Exhaustion>(exhaustion, [group])) ?? {
        anyFree: false,
        secondsToFree: null,
      }
    );
  }

  /** Removes numbers that stand in no group any more and whose booking is over. */
  async sweepRetired(limit: number): Promise<number> {
    return this.database.execute(sweepRetired, [limit]);
  }
}
