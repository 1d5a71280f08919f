import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';

/**
 * The moment since which a session has to have been seen, to be there. Time for which the database
 * was away does not count: nobody was able to note who asked.
 * @param seconds the parameter that says for how long it may be silent
 */
export const presentSinceSql = (seconds: string): string =>
  `(now() - ${seconds} * interval '1 second'
    - coalesce((SELECT lapse FROM comet_lapse), interval '0'))`;

/** Of the session `s`: its client may go on with it. One that was told to be lost stays so. */
export const isLiveSql = (maxInterval: string): string =>
  `NOT s.ended AND s.lost_at IS NULL AND s.seen_at >= ${presentSinceSql(maxInterval)}`;

/** A beat within a second of another node's says nothing new. */
const beat = statement(
  'cometd.beat',
  `INSERT INTO comet_clock AS clock (beat_at) VALUES (now())
   ON CONFLICT (only_row) DO UPDATE
      SET beat_at = now(),
          lapse = (SELECT lapse FROM comet_lapse),
          lapse_until = CASE WHEN (SELECT is_new FROM comet_lapse)
                             THEN now() + $1 * interval '1 second' ELSE clock.lapse_until END
    WHERE clock.beat_at < now() - interval '1 second'`,
);

/**
 * Those that are due and live are due again when they would be lost. That a session is lost is noted
 * for those who follow sessions, if there are any.
 */
const markLost = statement(
  'cometd.markLost',
  `WITH due AS (
     SELECT s.client_id, NOT (${isLiveSql('$2')}) AS is_lost FROM comet_session s
      WHERE due_at <= now() AND lost_at IS NULL
      ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
   ), marked AS (
     UPDATE comet_session s
        SET lost_at = CASE WHEN is_lost THEN now() END,
            due_at = CASE WHEN ended THEN now()
                          WHEN is_lost THEN now() + $3 * interval '1 second'
                          ELSE now() + least(seen_at - ${presentSinceSql('$2')}, $2 * interval '1 second')
                     END
       FROM due WHERE s.client_id = due.client_id
     RETURNING s.client_id, s.user_id, is_lost
   ), noted AS (
     INSERT INTO comet_session_end (client_id, user_id, kind)
     SELECT client_id, user_id, 'lost' FROM marked WHERE is_lost AND $4
     ON CONFLICT (client_id) DO NOTHING
   )
   SELECT FROM marked WHERE is_lost`,
);

const sweep = statement(
  'cometd.sweepSessions',
  `DELETE FROM comet_session WHERE ctid = ANY (ARRAY (
     SELECT ctid FROM comet_session
      WHERE due_at <= now() AND lost_at IS NOT NULL AND (ended OR seen_at < ${presentSinceSql('$2')})
      ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED))`,
);

const count = statement(
  'cometd.count',
  `SELECT count(*)::int AS count FROM comet_session s WHERE ${isLiveSql('$1')}`,
);

/** What is done for the sessions of all nodes together. */
@Injectable()
export class CometMaintenanceRepository {
  constructor(private readonly database: Database) {}

  /**
   * Notes that the database can be written to. A pause of more than five seconds between two beats
   * of all nodes together does not count against sessions.
   */
  async recordHeartbeat(maxIntervalSeconds: number): Promise<void> {
    await this.database.execute(beat, [maxIntervalSeconds]);
  }

  /**
   * @param isFollowed whether their ends are to be noted
   * @returns how many sessions are lost since, each counted once
   */
  markLost(
    limit: number,
    maxIntervalSeconds: number,
    retentionSeconds: number,
    isFollowed: boolean,
  ): Promise<number> {
    const values = [limit, maxIntervalSeconds, retentionSeconds, isFollowed];
    return this.database.execute(markLost, values);
  }

  /** @param keptSeconds how long a session is kept after it was seen last */
  sweep(limit: number, keptSeconds: number): Promise<number> {
    return this.database.execute(sweep, [limit, keptSeconds]);
  }

  async count(maxIntervalSeconds: number): Promise<number> {
    return (await this.database.row<{ count: number }>(count, [maxIntervalSeconds]))?.count ?? 0;
  }
}
