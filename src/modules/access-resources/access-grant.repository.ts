import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../core/database/index.js';

/** An access number as a service holds it. */
export interface GrantRow {
  readonly groupName: string;
  readonly number: string;
  readonly display: string;
  readonly ani: string | null;
  readonly code: string | null;
  readonly booked: boolean;
  /** Whether it can still be asked for again as it is: not matched, and booked if it was locked. */
  readonly renewable: boolean;
}

export interface NewGrant {
  readonly ownerId: string;
  readonly group: string;
  readonly number: string;
  readonly display: string;
  readonly ani: string | undefined;
  /** Codes to choose from, the first that is free for the number; none: a grant without a code. */
  readonly codes: readonly string[];
  /** When its booking ends, as PostgreSQL writes it; undefined: the number is not locked. */
  readonly bookedUntil: string | undefined;
  readonly ownerEnd: Date;
}

/** What a match looks for; exactly one of code, ani or neither counts, in this order. */
export interface MatchCriteria {
  readonly number: string;
  readonly code: string | undefined;
  readonly ani: string | undefined;
}

interface OwnerRow {
  readonly owner_id: string;
}

const isCodeFreeSql = `NOT EXISTS (
  SELECT FROM access_grant g WHERE g.number = $3 AND g.code = c.code AND g.expires_at > now())`;

/**
 * Ended bookings of the number give way first: the unique index holds one booked grant a number,
 * whatever races. A code that is taken meanwhile makes the insert do nothing.
 */
const insert = statement(
  'accessGrant.insert',
  `WITH ended AS (
     UPDATE access_grant SET booked = false
      WHERE number = $3 AND booked AND $7::timestamptz IS NOT NULL
        AND least(booked_until, expires_at) <= statement_timestamp()
     RETURNING 1),
   stale AS (
     DELETE FROM access_grant WHERE owner_id = ANY (ARRAY (
       SELECT owner_id FROM access_grant
        WHERE number = $3 AND code = ANY ($6::text[]) AND expires_at <= now()
          FOR UPDATE SKIP LOCKED))
     RETURNING 1),
   chosen AS (
     SELECT c.code FROM unnest($6::text[]) WITH ORDINALITY AS c (code, place)
      WHERE ${isCodeFreeSql} ORDER BY c.place LIMIT 1)
   INSERT INTO access_grant
          (owner_id, group_name, number, display, ani, code, booked, booked_until, expires_at)
   SELECT $1, $2, $3, $4, $5, (SELECT code FROM chosen),
          $7::timestamptz IS NOT NULL, coalesce($7::timestamptz, now()), $8
    WHERE (SELECT count(*) FROM ended) + (SELECT count(*) FROM stale) >= 0
      AND (cardinality($6::text[]) = 0 OR EXISTS (SELECT FROM chosen))
   ON CONFLICT DO NOTHING
   RETURNING code`,
);

const lock = statement(
  'accessGrant.lock',
  `SELECT group_name AS "groupName", number, display, ani, code, booked,
          matched_at IS NULL AND (NOT booked OR booked_until > clock_timestamp()) AS renewable
     FROM access_grant WHERE owner_id = $1 FOR UPDATE`,
);

const renew = statement(
  'accessGrant.renew',
  `WITH renewed AS (
     UPDATE access_grant
        SET booked_until = clock_timestamp() + $2::int * interval '1 second',
            ani = coalesce($3, ani)
      WHERE owner_id = $1 RETURNING number, booked, booked_until, expires_at)
   UPDATE access_number n SET free_from = least(r.booked_until, r.expires_at)
     FROM renewed r WHERE n.number = r.number AND r.booked`,
);

const giveCode = statement(
  'accessGrant.giveCode',
  `UPDATE access_grant SET code = (
     SELECT c.code FROM unnest($2::text[]) WITH ORDINALITY AS c (code, place)
      WHERE NOT EXISTS (SELECT FROM access_grant g WHERE g.number = access_grant.number
                                                     AND g.code = c.code)
      ORDER BY c.place LIMIT 1)
    WHERE owner_id = $1
   RETURNING code`,
);

const release = statement(
  'accessGrant.release',
  `WITH gone AS (
     DELETE FROM access_grant WHERE owner_id = ANY ($1::text[]) RETURNING number, booked)
   UPDATE access_number n SET free_from = least(n.free_from, clock_timestamp())
     FROM gone WHERE n.number = gone.number AND gone.booked`,
);

const changeLife = statement(
  'accessGrant.changeLife',
  `WITH changed AS (
     UPDATE access_grant SET expires_at = $2 WHERE owner_id = $1
     RETURNING number, booked_until, booked AND booked_until > clock_timestamp() AS held)
   UPDATE access_number n SET free_from = least(c.booked_until, $2)
     FROM changed c WHERE n.number = c.number AND c.held`,
);

const isLiveBookingSql = `booked AND booked_until > now()`;

/** $1 the number; of code ($2), ANI ($3) and neither the first that is there counts. */
const matchesSql = `number = $1 AND matched_at IS NULL AND expires_at > now()
  AND CASE WHEN $2::text IS NOT NULL THEN code = $2
           WHEN $3::text IS NOT NULL THEN ani = $3
           ELSE ${isLiveBookingSql} END`;

const candidates = statement(
  'accessGrant.candidates',
  `SELECT owner_id FROM access_grant
    WHERE ${matchesSql} AND owner_id <> ALL ($5::text[])
    ORDER BY ${isLiveBookingSql} DESC, sequence DESC LIMIT $4`,
);

/** Whoever books a number holds its row, and then takes the booking from a grant that lost it. */
const lockBookedNumbers = statement(
  'accessGrant.lockBookedNumbers',
  `SELECT FROM access_number WHERE number = ANY (ARRAY (
     SELECT number FROM access_grant WHERE owner_id = ANY ($1::text[]) AND booked))
    ORDER BY number FOR UPDATE`,
);

const claim = statement(
  'accessGrant.claim',
  `WITH candidate AS (
     SELECT owner_id, booked FROM access_grant
      WHERE ${matchesSql} AND owner_id = ANY ($4::text[]) ORDER BY owner_id FOR UPDATE),
   matched AS (
     UPDATE access_grant g SET matched_at = clock_timestamp(), booked = false
       FROM candidate c WHERE g.owner_id = c.owner_id
     RETURNING g.owner_id, g.sequence),
   released AS (
     UPDATE access_number n SET free_from = least(n.free_from, clock_timestamp())
      WHERE n.number = $1 AND EXISTS (SELECT FROM candidate WHERE booked))
   SELECT owner_id FROM matched ORDER BY sequence DESC`,
);

const sweep = statement(
  'accessGrant.sweep',
  `WITH gone AS (
     DELETE FROM access_grant WHERE owner_id = ANY (ARRAY (
       SELECT owner_id FROM access_grant WHERE expires_at <= now()
        ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))
     RETURNING expires_at)
   SELECT count(*)::int AS removed,
          coalesce(extract(epoch FROM now() - min(expires_at)) * 1000, 0)::float8 AS lag_ms
     FROM gone`,
);

const bookingsByGroup = statement(
  'accessGrant.bookingsByGroup',
  `SELECT group_name AS "group", count(*)::int AS count FROM access_grant
    WHERE ${isLiveBookingSql} AND expires_at > now() GROUP BY group_name`,
);

/**
 * Who holds which access number: at most one grant a service. What several statements lock, they
 * lock in one order: the service, the numbers, the grants; of each kind by its key.
 */
@Injectable()
export class AccessGrantRepository {
  constructor(private readonly database: Database) {}

  /**
   * Records a grant.
   * @returns the code it got (null without one); undefined when none of the codes is free
   */
  async insert(grant: NewGrant): Promise<{ code: string | null } | undefined> {
    return this.database.row<{ code: string | null }>(insert, [
      grant.ownerId,
      grant.group,
      grant.number,
      grant.display,
      grant.ani,
      grant.codes,
      grant.bookedUntil,
      grant.ownerEnd,
    ]);
  }

  /** The grant of a locked service, locked until the end of the unit of work. */
  async lock(ownerId: string): Promise<GrantRow | undefined> {
    await this.database.execute(lockBookedNumbers, [[ownerId]]);
    return this.database.row<GrantRow>(lock, [ownerId]);
  }

  /** Books a grant's number for another `bookingSeconds` from now. */
  async renew(ownerId: string, bookingSeconds: number, ani: string | undefined): Promise<void> {
    await this.database.execute(renew, [ownerId, bookingSeconds, ani]);
  }

  /** Gives a grant a code; null when none of the codes is free. */
  async assignCode(ownerId: string, codes: readonly string[]): Promise<string | null> {
    const row = await this.database.row<{ code: string | null }>(giveCode, [ownerId, codes]);
    return row?.code ?? null;
  }

  /** Ends the grants of locked services, and frees the numbers that they still hold. */
  async release(ownerIds: readonly string[]): Promise<void> {
    await this.database.execute(lockBookedNumbers, [ownerIds]);
    await this.database.execute(release, [ownerIds]);
  }

  /** Follows a locked service whose end has moved. */
  async changeExpiration(ownerId: string, expiresAt: Date): Promise<void> {
    await this.database.execute(lockBookedNumbers, [[ownerId]]);
    await this.database.execute(changeLife, [ownerId, expiresAt]);
  }

  /**
   * The services that a call may belong to, the live booking first, then the newest.
   * @param tried services that are not to be looked at again
   */
  async findCandidates(
    { number, code, ani }: MatchCriteria,
    limit: number,
    tried: readonly string[],
  ): Promise<string[]> {
    const values = [number, code, ani, limit, tried];
    return ownerIdsOf(await this.database.rows<OwnerRow>(candidates, values));
  }

  /**
   * Matches what still fits of services whose rows the caller has locked, and frees the numbers.
   * @returns their ids, newest first; none of them is matched again
   */
  async claimMatches(
    { number, code, ani }: MatchCriteria,
    ownerIds: readonly string[],
  ): Promise<string[]> {
    await this.database.execute(lockBookedNumbers, [ownerIds]);
    return ownerIdsOf(await this.database.rows<OwnerRow>(claim, [number, code, ani, ownerIds]));
  }

  /** Removes at most `limit` grants whose service has ended. */
  async sweep(limit: number): Promise<{ removed: number; lag_ms: number }> {
    return (
      (await this.database.row<{ removed: number; lag_ms: number }>(sweep, [limit])) ?? {
        removed: 0,
        lag_ms: 0,
      }
    );
  }

  /** How many live bookings each group has. */
  async countBookingsByGroup(): Promise<{ group: string; count: number }[]> {
    return this.database.rows<{ group: string; count: number }>(bookingsByGroup, []);
  }
}

function ownerIdsOf(rows: readonly OwnerRow[]): string[] {
  return rows.map((row) => row.owner_id);
}
