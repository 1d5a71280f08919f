import { Injectable } from '@nestjs/common';
import { Database, StatementBatcher, statement, UnitOfWork } from '../../../core/database/index.js';
import { presentSinceSql, isLiveSql } from './comet-maintenance.repository.js';

export interface NewSession {
  readonly clientId: string;
  readonly user: string;
  readonly acknowledges: boolean;
  /** The id on the bus of the node that answers for it. */
  readonly owner: string;
}

/** What the options say about sessions. */
export interface SessionLimits {
  readonly maxIntervalSeconds: number;
  readonly retentionSeconds: number;
  readonly maxPerUser: number;
}

/** Whoever holds the row of a user begins that user's sessions alone. */
const lockUser = statement(
  'cometd.lockUser',
  `INSERT INTO comet_user AS u (user_id) VALUES ($1)
   ON CONFLICT (user_id) DO UPDATE SET touched_at = u.touched_at`,
);

/**
 * Many handshakes, each of another user. The users' rows are locked, so that a new cursor is a number
 * up to which all is committed. A statement counts what was there when it began: when somebody else
 * has touched a user's row since, it has not counted their session, changes nothing of that user and
 * says so. The places of sessions that a user has lost lately pass on to the new one, once; the
 * sweep tells of them and removes them. Users are locked in their order, then sessions in theirs,
 * here as everywhere.
 */
const create = statement(
  'cometd.handshakes',
  `WITH asked AS (
     SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[])
              AS asked (client_id, user_id, acknowledges)
   ), log AS (
     INSERT INTO comet_user AS u (user_id)
     SELECT user_id FROM asked ORDER BY user_id COLLATE "C"
     ON CONFLICT (user_id) DO UPDATE
        SET touched_at = greatest(now(), u.touched_at + interval '1 microsecond')
      WHERE u.touched_at = (SELECT touched_at FROM comet_user seen
                             WHERE seen.user_id = excluded.user_id)
     RETURNING user_id, last_seq
   ), admitted AS (
     SELECT user_id, last_seq FROM log
      WHERE (SELECT count(*) FROM comet_session s
              WHERE s.user_id = log.user_id AND ${isLiveSql('$4')}) < $6
   ), lost AS (
     SELECT s.client_id, s.user_id, s.cursor, s.seen_at
       FROM admitted JOIN comet_session s ON s.user_id = admitted.user_id
      WHERE NOT s.ended AND NOT (${isLiveSql('$4')})
      ORDER BY s.client_id FOR UPDATE OF s
   ), passed_on AS (
     UPDATE comet_session s SET ended = true, due_at = now()
       FROM lost WHERE s.client_id = lost.client_id
   ), made AS (
     INSERT INTO comet_session (client_id, user_id, acknowledges, cursor, sent, due_at, owner)
     SELECT client_id, user_id, acknowledges, start, start, now() + $4 * interval '1 second', $7
       FROM admitted JOIN asked USING (user_id) CROSS JOIN LATERAL (
              SELECT least(last_seq, min(cursor)) AS start FROM lost
               WHERE lost.user_id = admitted.user_id
                 AND seen_at >= ${presentSinceSql('($4 + $5)')}) AS place
     RETURNING client_id, cursor
   )
   SELECT asked.client_id AS "clientId", made.cursor::float8 AS cursor,
          log.user_id IS NULL AS "isRaced"
     FROM asked LEFT JOIN log USING (user_id) LEFT JOIN made USING (client_id)`,
);

/** How the calls of many clients are joined: one statement waits for the disk, another is under way. */
export const batchLimits = { maxStatements: 2, maxOrders: 200, maxWaitMs: 5000 };

interface Handshake {
  readonly session: NewSession;
  readonly limits: SessionLimits;
}

type Created = { readonly cursor: number | null; readonly isRaced: boolean } | undefined;

/** How sessions begin. */
@Injectable()
export class CometHandshakeRepository {
  private readonly handshakes = new StatementBatcher<Handshake, Created>(
    (asked) => this.createBatch(asked),
    { ...batchLimits, keyOf: ({ session }) => session.user },
  );

  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** @returns where the session starts in the log; undefined when its user has too many */
  async create(session: NewSession, limits: SessionLimits): Promise<number | undefined> {
    const created = await this.handshakes.submit({ session, limits });
    if (created?.isRaced !== true) return created?.cursor ?? undefined;
    // Behind the lock it cannot happen again; a transaction of three statements is for this alone.
    return this.unitOfWork.run(async () => {
      await this.database.execute(lockUser, [session.user]);
      const [again] = await this.createBatch([{ session, limits }]);
      return again?.cursor ?? undefined;
    });
  }

  private async createBatch(asked: readonly Handshake[]): Promise<Created[]> {
    const limits = asked[0]?.limits;
    const rows = await this.database.rows<{ clientId: string } & NonNullable<Created>>(create, [
      asked.map(({ session }) => session.clientId),
      asked.map(({ session }) => session.user),
      asked.map(({ session }) => session.acknowledges),
      ...[limits?.maxIntervalSeconds, limits?.retentionSeconds, limits?.maxPerUser],
      asked[0]?.session.owner,
    ]);
    const byId = new Map(rows.map((row) => [row.clientId, row]));
    return asked.map(({ session }) => byId.get(session.clientId));
  }
}
