import { Injectable } from '@nestjs/common';
import { Database, statement } from '../database/index.js';
import type { NewTimer } from './timer.js';

/** A timer taken out of the table by the unit of work that runs its handler. */
export interface ClaimedTimer {
  readonly key: string;
  readonly payload: unknown;
  readonly setting: string;
  readonly attempts: number;
  readonly late_ms: number;
}

/** What is to be done for one kind. */
export interface DueKind {
  readonly kind: string;
  /** How many are due, up to what was asked for. */
  readonly due: number;
  /** Milliseconds until the next one is; null when none is known. */
  readonly next_ms: number | null;
}

export interface TimerCount {
  readonly kind: string;
  readonly state: 'waiting' | 'due' | 'failing';
  readonly count: number;
}

const set = statement(
  'timers.set',
  `INSERT INTO timer (kind, key, payload, due_at, try_at)
   SELECT $1, $2, $3, at, at
     FROM (SELECT coalesce($4::timestamptz, now() + $5 * interval '1 millisecond') AS at) moment
   ON CONFLICT (kind, key) DO UPDATE
      SET setting = DEFAULT, payload = excluded.payload, due_at = excluded.due_at,
          try_at = excluded.try_at, attempts = 0, last_error = NULL`,
);

const cancel = statement('timers.cancel', 'DELETE FROM timer WHERE kind = $1 AND key = $2');

/** Looks at one timer more than can be run, to know when the next one is due. */
const findDue = statement(
  'timers.findDue',
  `SELECT wanted.kind,
          least(count(*) FILTER (WHERE first.in_ms <= 0), max(wanted.count))::int AS due,
          min(first.in_ms) FILTER (WHERE first.in_ms > 0) AS next_ms
     FROM unnest($1::text[], $2::int[]) AS wanted (kind, count)
    CROSS JOIN LATERAL (
      SELECT extract(epoch FROM t.try_at - now())::float8 * 1000 AS in_ms FROM timer t
       WHERE t.kind = wanted.kind ORDER BY t.try_at LIMIT wanted.count + 1) first
    GROUP BY wanted.kind`,
);

const take = statement(
  'timers.take',
  `DELETE FROM timer
    WHERE ctid = (
      SELECT ctid FROM timer WHERE kind = $1 AND try_at <= now()
       ORDER BY try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
   RETURNING key, payload, setting, attempts,
             extract(epoch FROM clock_timestamp() - due_at)::float8 * 1000 AS late_ms`,
);

/** Only the setting and the attempt that failed: a timer that was set anew starts from the front. */
const postpone = statement(
  'timers.postpone',
  `UPDATE timer
      SET attempts = attempts + 1, last_error = $5,
          try_at = now() + $6 * interval '1 millisecond'
    WHERE kind = $1 AND key = $2 AND setting = $3 AND attempts = $4`,
);

const count = statement(
  'timers.count',
  `SELECT kind, CASE WHEN attempts > 0 THEN 'failing' WHEN due_at <= now() THEN 'due'
                     ELSE 'waiting' END AS state, count(*)::int AS count
     FROM timer GROUP BY 1, 2`,
);

/** The timers of all nodes. */
@Injectable()
export class TimersRepository {
  constructor(private readonly database: Database) {}

  async set({ kind, key, when, payload }: NewTimer): Promise<void> {
    const [at, inMs] = 'at' in when ? [when.at, null] : [null, when.inMs];
    await this.database.execute(set, [kind, key, JSON.stringify(payload ?? null), at, inMs]);
  }

  /** @returns whether there was one */
  async cancel(kind: string, key: string): Promise<boolean> {
    return (await this.database.execute(cancel, [kind, key])) > 0;
  }

  /** @param most how many of each kind can be run now */
  findDue(most: ReadonlyMap<string, number>): Promise<DueKind[]> {
    return this.database.rows<DueKind>(findDue, [[...most.keys()], [...most.values()]]);
  }

  /** Takes the timer that has been due longest and that no other transaction holds. */
  claimNext(kind: string): Promise<ClaimedTimer | undefined> {
    return this.database.row<ClaimedTimer>(take, [kind]);
  }

  async postpone(kind: string, failed: ClaimedTimer, error: string, byMs: number): Promise<void> {
    const { key, setting, attempts } = failed;
    await this.database.execute(postpone, [kind, key, setting, attempts, error, byMs]);
  }

  count(): Promise<TimerCount[]> {
    return this.database.rows<TimerCount>(count, []);
  }
}
