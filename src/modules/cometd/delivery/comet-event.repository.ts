import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import type { SweepBatch } from '../../../core/scheduling/index.js';

/** An event in its user's log. */
export interface LoggedEvent {
  readonly seq: number;
  /** JSON. */
  readonly data: string;
}

/** What waits in a log behind some place, and how much that is altogether. */
export interface WaitingEvents {
  readonly events: readonly LoggedEvent[];
  /** Events that wait, those read included. */
  readonly count: number;
}

export interface AppendedEvent extends LoggedEvent {
  readonly user: string;
}

/**
 * One statement for all mail: each user's row is incremented once and its new numbers used. The
 * lock on that row makes the order of numbers the order of commits; a sequence would not (number 6
 * can be visible and acknowledged before 5 is). Users are locked in the order of their
 * bytes, whatever collation the database has, so that two
 * writers never wait for each other. A text that many users get travels once, and not back.
 */
const append = statement(
  'cometd.append',
  `WITH mail AS (
     SELECT * FROM unnest($1::text[], $2::text[], $3::int[])
              WITH ORDINALITY AS mail (user_id, id, text, place)
   ), fresh AS (
     SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY place DESC) - 1 AS from_last
       FROM mail
      WHERE NOT EXISTS (
        SELECT FROM comet_event known WHERE known.user_id = mail.user_id AND known.id = mail.id)
   ), log AS (
     INSERT INTO comet_user AS u (user_id, last_seq)
     SELECT user_id, count(*) FROM fresh GROUP BY user_id ORDER BY user_id COLLATE "C"
     ON CONFLICT (user_id) DO UPDATE
        SET last_seq = u.last_seq + excluded.last_seq, touched_at = now()
     RETURNING user_id, last_seq
   ), numbered AS (
     SELECT user_id, log.last_seq - from_last AS seq, id, text FROM fresh JOIN log USING (user_id)
   ), stored AS (
     INSERT INTO comet_event (user_id, seq, id, data)
     SELECT user_id, seq, id, ($4::text[])[text] FROM numbered
     ON CONFLICT (user_id, id) DO NOTHING
     RETURNING user_id, seq
   )
   SELECT user_id AS user, seq::float8 AS seq, text FROM stored JOIN numbered USING (user_id, seq)`,
);

/** The length of a text that is stored apart is known without reading it. */
const readAfter = statement(
  'cometd.readAfter',
  `SELECT seq::float8 AS seq, data, count::int AS count
     FROM (SELECT seq, data, count(*) OVER () AS count,
                  sum(octet_length(data)) OVER (ORDER BY seq) - octet_length(data) AS bytes_before
             FROM (SELECT seq, data FROM comet_event
                    WHERE user_id = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS next) AS waiting
    WHERE bytes_before < $4 ORDER BY seq`,
);

/** What some session may still want is kept, but never for longer than a day. */
const sweep = statement(
  'cometd.sweepEvents',
  `WITH removed AS (
     DELETE FROM comet_event WHERE ctid = ANY (ARRAY (
       SELECT event.ctid FROM comet_event event
        WHERE created_at < now() - $2 * interval '1 second'
          AND (created_at < now() - interval '1 day' OR NOT EXISTS (
            SELECT FROM comet_session session
             WHERE session.user_id = event.user_id AND session.cursor < event.seq))
        ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED))
     RETURNING created_at)
   SELECT count(*)::int AS removed,
          greatest(coalesce(extract(epoch FROM now() - min(created_at)) - $2, 0), 0)::float8 * 1000
            AS "lagMs"
     FROM removed`,
);

/** A user's row is touched by whoever counts on its numbers, and then not removed. */
const sweepUsers = statement(
  'cometd.sweepUsers',
  `DELETE FROM comet_user WHERE ctid = ANY (ARRAY (
     SELECT ctid FROM comet_user u
      WHERE touched_at < now() - interval '2 days'
        AND NOT EXISTS (SELECT FROM comet_session s WHERE s.user_id = u.user_id)
        AND NOT EXISTS (SELECT FROM comet_event e WHERE e.user_id = u.user_id)
      LIMIT $1 FOR UPDATE SKIP LOCKED))`,
);

/** An event's data as it is stored and goes out: JSON, its id in it. */
export function serializeEvent(id: string, data: NewMail['data']): string {
  return JSON.stringify({ ...data, id });
}

/** The texts of some mail, each once. */
class EventTexts {
  readonly all: string[] = [];
  private readonly known = new Map<NewMail['data'], Map<string, number>>();

  /** @returns which of them it is, from 1 on as PostgreSQL counts */
  placeOf({ id, data }: NewMail): number {
    const byId = this.known.get(data) ?? new Map<string, number>();
    this.known.set(data, byId);
    const place = byId.get(id) ?? this.all.push(serializeEvent(id, data));
    byId.set(id, place);
    return place;
  }
}

/** The logs of users. */
@Injectable()
export class CometEventRepository {
  constructor(private readonly database: Database) {}

  /**
   * Appends mail; what a user has already, by its id, is left out of what is returned. Mail with the
   * same id and the same object as its data is one text, however many users get it.
   */
  async append(mail: readonly NewMail[]): Promise<AppendedEvent[]> {
    const texts = new EventTexts();
    const places = mail.map((one) => texts.placeOf(one));
    const rows = await this.database.rows<{ user: string; seq: number; text: number }>(append, [
      mail.map(({ user }) => user),
      mail.map(({ id }) => id),
      places,
      texts.all,
    ]);
    return rows.map(({ user, seq, text }) => ({ user, seq, data: texts.all[text - 1] ?? '' }));
  }

  /**
   * Reads the first events behind a place: at least one, and no more after `mostBytes` of them.
   * @param limit events that are counted at most
   */
  async readAfter(
    user: string,
    cursor: number,
    limit: number,
    mostBytes: number,
  ): Promise<WaitingEvents> {
    const values = [user, cursor, limit, mostBytes];
    const events = await this.database.rows<LoggedEvent & { count: number }>(readAfter, values);
    return { events, count: events[0]?.count ?? 0 };
  }

  /** @param keptSeconds how long an event is kept at least */
  async sweep(limit: number, keptSeconds: number): Promise<SweepBatch> {
    const swept = await this.database.row<SweepBatch>(sweep, [limit, keptSeconds]);
    await this.database.execute(sweepUsers, [limit]);
    return swept ?? { removed: 0, lagMs: 0 };
  }
}

/** One event for one user. */
export interface NewMail {
  /** The end user, as `gms_user` names them. */
  readonly user: string;
  /** 32 hexadecimal digits; mail of an id that the user has already is not sent again. */
  readonly id: string;
  /** What goes out on `/_genesys` as `data`; `id` is added to it. One object for all who get the same. */
  readonly data: Readonly<Record<string, unknown>>;
}
