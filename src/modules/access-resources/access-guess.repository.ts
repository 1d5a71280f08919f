import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../core/database/index.js';

/** A call with a code that was let in: of a number, in the minute that ends then. */
export interface Guess {
  readonly number: string;
  /** As PostgreSQL writes it, with its microseconds. */
  readonly endsAt: string;
}

/** Why a call was not let in. */
export interface GuessRefusal {
  /** Whether the limit is reached; otherwise calls that are being judged may make room. */
  readonly isFinal: boolean;
  /** Until the minute is over, at least 1. */
  readonly secondsLeft: number;
}

/** A minute begins with the first call that is wrong, or not judged yet. */
const isMinuteOverSql = `(g.ends_at <= clock_timestamp() OR g.wrong + g.judging = 0)`;

const admit = statement(
  'accessGuess.admit',
  `INSERT INTO access_guess AS g (number, wrong, judging, ends_at)
   VALUES ($1, 0, 1, clock_timestamp() + interval '1 minute')
   ON CONFLICT (number) DO UPDATE
      SET wrong = CASE WHEN ${isMinuteOverSql} THEN 0 ELSE g.wrong END,
          judging = CASE WHEN ${isMinuteOverSql} THEN 1 ELSE g.judging + 1 END,
          ends_at = CASE WHEN ${isMinuteOverSql} THEN excluded.ends_at ELSE g.ends_at END
    WHERE ${isMinuteOverSql} OR g.wrong + g.judging < $2
   RETURNING number, ends_at::text AS "endsAt"`,
);

const refusal = statement(
  'accessGuess.refusal',
  `SELECT wrong >= $2 AS "isFinal",
          greatest(1, ceil(extract(epoch FROM ends_at - clock_timestamp())))::int AS "secondsLeft"
     FROM access_guess WHERE number = $1`,
);

const settle = statement(
  'accessGuess.settle',
  `UPDATE access_guess SET judging = judging - 1, wrong = wrong + CASE WHEN $3 THEN 0 ELSE 1 END
    WHERE number = $1 AND ends_at = $2::timestamptz AND judging > 0`,
);

const sweep = statement(
  'accessGuess.sweep',
  `DELETE FROM access_guess WHERE number = ANY (ARRAY (
     SELECT number FROM access_guess WHERE ends_at <= now() LIMIT $1 FOR UPDATE SKIP LOCKED))`,
);

/** Calls with access codes in the last minute, by access number, across all nodes. */
@Injectable()
export class AccessGuessRepository {
  constructor(private readonly database: Database) {}

  /**
   * Counts a call with a code before anybody looks whether it is right.
   * @returns undefined when as many as the limit allows are wrong or not judged yet
   */
  admit(number: string, limit: number): Promise<Guess | undefined> {
    return this.database.row<Guess>(admit, [number, limit]);
  }

  /** Why a call was refused; undefined when its minute is over by now. */
  findRefusal(number: string, limit: number): Promise<GuessRefusal | undefined> {
    return this.database.row<GuessRefusal>(refusal, [number, limit]);
  }

  /** Notes how a call was judged; one that was right counts no more. */
  async recordVerdict({ number, endsAt }: Guess, isRight: boolean): Promise<void> {
    await this.database.execute(settle, [number, endsAt, isRight]);
  }

  async sweep(limit: number): Promise<number> {
    return this.database.execute(sweep, [limit]);
  }
}
