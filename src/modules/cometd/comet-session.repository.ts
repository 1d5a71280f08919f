import { Injectable } from '@nestjs/common';
import { Database, statement, UnitOfWork } from '../../core/database/index.js';
import { horizon, isLive } from './comet-upkeep.repository.js';

export interface NewSession {
  readonly clientId: string;
  readonly user: string;
  readonly acknowledges: boolean;
}

/** A session as a node takes it over. */
export interface TakenSession {
  readonly user: string;
  readonly acknowledges: boolean;
  readonly subscriptions: readonly string[];
  /** Whether it has made a connect before. */
  readonly connected: boolean;
  readonly cursor: number;
  readonly epoch: number;
}

/** What a node knows of a session that it answers for, to be kept. */
export interface SessionState {
  readonly clientId: string;
  readonly cursor: number;
  readonly connected: boolean;
}

/** How a session stands in the database, beside what a node believes. */
export interface StoredState {
  readonly clientId: string;
  /** Null when the session is gone: it ended, or was told to be lost. */
  readonly epoch: number | null;
  readonly lastSeq: number | null;
  /** Whether events go to it; null when it is gone. */
  readonly isSubscribed: boolean | null;
}

/** Whoever holds the row of a user begins that user's sessions alone. */
const lockUser = statement(
  'cometd.lockUser',
  `INSERT INTO comet_user AS u (user_id) VALUES ($1)
   ON CONFLICT (user_id) DO UPDATE SET touched_at = u.touched_at`,
);

/**
 * The user's row is locked, so that the new cursor is a number up to which all is committed. A
 * statement counts what was there when it began: when somebody else has touched the row since, it
 * has not counted their session, changes nothing and says so. The places of sessions that the user
 * has lost lately pass on to the new one, once; the sweep tells of them and removes them. Users are
 * locked in their order, then sessions in theirs, here as everywhere.
 */
const create = statement(
  'cometd.handshake',
  `WITH log AS (
     INSERT INTO comet_user AS u (user_id) VALUES ($2)
     ON CONFLICT (user_id) DO UPDATE
        SET touched_at = greatest(now(), u.touched_at + interval '1 microsecond')
      WHERE u.touched_at = (SELECT touched_at FROM comet_user seen WHERE seen.user_id = $2)
     RETURNING last_seq
   ), admitted AS (
     SELECT last_seq FROM log
      WHERE (SELECT count(*) FROM comet_session s WHERE s.user_id = $2 AND ${isLive('$4')}) < $6
   ), lost AS (
     SELECT client_id, cursor, seen_at FROM comet_session s
      WHERE user_id = $2 AND NOT ended AND NOT (${isLive('$4')}) AND EXISTS (SELECT FROM admitted)
      ORDER BY client_id FOR UPDATE
   ), passed_on AS (
     UPDATE comet_session s SET ended = true, due_at = now()
       FROM lost WHERE s.client_id = lost.client_id
   ), made AS (
     INSERT INTO comet_session (client_id, user_id, acknowledges, cursor, due_at)
     SELECT $1, $2, $3,
            least(last_seq,
                  (SELECT min(cursor) FROM lost WHERE seen_at >= ${horizon('($4 + $5)')})),
            now() + $4 * interval '1 second'
       FROM admitted
     RETURNING cursor
   )
   SELECT (SELECT cursor FROM made)::float8 AS cursor, NOT EXISTS (SELECT FROM log) AS "isRaced"`,
);

const take = statement(
  'cometd.take',
  `WITH old AS (
     SELECT client_id, connected FROM comet_session s
      WHERE client_id = $1 AND user_id = $2 AND ${isLive('$3')}
        FOR UPDATE
   )
   UPDATE comet_session s
      SET epoch = s.epoch + 1, seen_at = now(), connected = s.connected OR $4
     FROM old WHERE s.client_id = old.client_id
   RETURNING s.user_id AS user, s.acknowledges, s.subscriptions, old.connected,
             s.cursor::float8 AS cursor, s.epoch`,
);

const find = statement(
  'cometd.find',
  `SELECT user_id AS user, acknowledges, subscriptions, connected, cursor::float8 AS cursor, epoch
     FROM comet_session s
    WHERE client_id = $1 AND user_id = $2 AND ${isLive('$3')}`,
);

const subscribe = statement(
  'cometd.subscribe',
  `UPDATE comet_session s
      SET seen_at = now(),
          subscriptions = ARRAY (SELECT unnest(subscriptions) UNION SELECT unnest($4::text[]))
    WHERE client_id = $1 AND user_id = $2 AND ${isLive('$3')}
      AND cardinality(subscriptions) < 100
   RETURNING (SELECT last_seq FROM comet_user u WHERE u.user_id = $2)::float8 AS "lastSeq"`,
);

const unsubscribe = statement(
  'cometd.unsubscribe',
  `UPDATE comet_session s
      SET seen_at = now(),
          subscriptions = ARRAY (SELECT unnest(subscriptions) EXCEPT SELECT unnest($4::text[]))
    WHERE client_id = $1 AND user_id = $2 AND ${isLive('$3')}
   RETURNING epoch`,
);

const end = statement(
  'cometd.disconnect',
  `DELETE FROM comet_session s
    WHERE client_id = $1 AND user_id = $2 AND ${isLive('$3')}`,
);

const retire = statement(
  'cometd.retire',
  'UPDATE comet_session SET ended = true, due_at = now() WHERE client_id = $1',
);

/** What was told to be lost, or has ended, stays so. */
const keep = statement(
  'cometd.keep',
  `WITH state AS (
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::boolean[])
              AS state (client_id, cursor, connected)
   ), kept AS (
     SELECT s.client_id, state.cursor, state.connected
       FROM comet_session s JOIN state ON s.client_id = state.client_id
      WHERE NOT s.ended AND s.lost_at IS NULL
      ORDER BY s.client_id FOR UPDATE OF s
   )
   UPDATE comet_session s
      SET seen_at = now(), cursor = greatest(s.cursor, kept.cursor),
          connected = s.connected OR kept.connected
     FROM kept WHERE s.client_id = kept.client_id`,
);

const look = statement(
  'cometd.look',
  `SELECT known.client_id AS "clientId", s.epoch, u.last_seq::float8 AS "lastSeq",
          $2 = ANY (s.subscriptions) AS "isSubscribed"
     FROM unnest($1::text[]) AS known (client_id)
     LEFT JOIN comet_session s
       ON s.client_id = known.client_id AND NOT s.ended AND s.lost_at IS NULL
     LEFT JOIN comet_user u ON u.user_id = s.user_id`,
);

/** Sessions of all nodes. A session that was not seen for `maxIntervalSeconds` is not there. */
@Injectable()
export class CometSessionRepository {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** @returns where the session starts in the log; undefined when its user has too many */
  async create(
    { clientId, user, acknowledges }: NewSession,
    limits: { maxIntervalSeconds: number; retentionSeconds: number; mostOfUser: number },
  ): Promise<number | undefined> {
    const { maxIntervalSeconds, retentionSeconds, mostOfUser } = limits;
    const values = [
      ...[clientId, user, acknowledges],
      ...[maxIntervalSeconds, retentionSeconds, mostOfUser],
    ];
    const attempt = () =>
      this.database.row<{ cursor: number | null; isRaced: boolean }>(create, values);
    const first = await attempt();
    if (first?.isRaced !== true) return first?.cursor ?? undefined;
    // Behind the lock it cannot happen again; a transaction of three statements is for this alone.
    return this.unitOfWork.run(async () => {
      await this.database.execute(lockUser, [user]);
      return (await attempt())?.cursor ?? undefined;
    });
  }

  /** Makes this node the one that answers for the session. */
  take(
    clientId: string,
    user: string,
    maxIntervalSeconds: number,
    connects: boolean,
  ): Promise<TakenSession | undefined> {
    const values = [clientId, user, maxIntervalSeconds, connects];
    return this.database.row<TakenSession>(take, values);
  }

  /** Reads a session without taking it over. */
  find(
    clientId: string,
    user: string,
    maxIntervalSeconds: number,
  ): Promise<TakenSession | undefined> {
    return this.database.row<TakenSession>(find, [clientId, user, maxIntervalSeconds]);
  }

  /** @returns the number of the user's newest event; undefined when there is no such session */
  async subscribe(
    clientId: string,
    user: string,
    maxIntervalSeconds: number,
    channels: readonly string[],
  ): Promise<number | undefined> {
    const values = [clientId, user, maxIntervalSeconds, channels];
    const row = await this.database.row<{ lastSeq: number | null }>(subscribe, values);
    return row && (row.lastSeq ?? 0);
  }

  /** @returns whether the session is there */
  async unsubscribe(
    clientId: string,
    user: string,
    maxIntervalSeconds: number,
    channels: readonly string[],
  ): Promise<boolean> {
    const values = [clientId, user, maxIntervalSeconds, channels];
    return (await this.database.execute(unsubscribe, values)) > 0;
  }

  /** @returns whether the session was there; one that was lost keeps its place in the log */
  async end(clientId: string, user: string, maxIntervalSeconds: number): Promise<boolean> {
    return (await this.database.execute(end, [clientId, user, maxIntervalSeconds])) > 0;
  }

  /** Ends a session for its client; the sweep tells that it is lost. */
  async retire(clientId: string): Promise<void> {
    await this.database.execute(retire, [clientId]);
  }

  /** Notes what this node knows of sessions, and that they were seen just now. */
  async keep(states: readonly SessionState[]): Promise<void> {
    await this.database.execute(keep, [
      states.map(({ clientId }) => clientId),
      states.map(({ cursor }) => cursor),
      states.map(({ connected }) => connected),
    ]);
  }

  /** @param channel the one by whose subscription events go out */
  look(clientIds: readonly string[], channel: string): Promise<StoredState[]> {
    return this.database.rows<StoredState>(look, [clientIds, channel]);
  }
}
