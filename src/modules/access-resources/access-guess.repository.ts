import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../core/database/index.js';

const count = statement(
  'accessGuess.count',
  `INSERT INTO access_guess AS g (number, wrong, ends_at)
   VALUES ($1, 1, now() + interval '1 minute')
   ON CONFLICT (number) DO UPDATE
      SET wrong = CASE WHEN g.ends_at <= now() THEN 1 ELSE g.wrong + 1 END,
          ends_at = CASE WHEN g.ends_at <= now() THEN excluded.ends_at ELSE g.ends_at END
    WHERE g.ends_at <= now() OR g.wrong < $2`,
);

const secondsLeft = statement(
  'accessGuess.secondsLeft',
  `SELECT greatest(1, ceil(extract(epoch FROM ends_at - now())))::int AS seconds
     FROM access_guess WHERE number = $1`,
);

const sweep = statement(
  'accessGuess.sweep',
  `DELETE FROM access_guess WHERE number = ANY (ARRAY (
     SELECT number FROM access_guess WHERE ends_at <= now() LIMIT $1 FOR UPDATE SKIP LOCKED))`,
);

/** Wrong access codes of the last minute, by access number, across all nodes. */
@Injectable()
export class AccessGuessRepository {
  constructor(private readonly database: Database) {}

  /** Counts a wrong code; false when the limit of this minute was reached before. */
  async count(number: string, limit: number): Promise<boolean> {
    return (await this.database.execute(count, [number, limit])) > 0;
  }

  /** Seconds until the minute is over, at least 1. */
  async secondsLeft(number: string): Promise<number> {
    return (await this.database.row<{ seconds: number }>(secondsLeft, [number]))?.seconds ?? 1;
  }

  async sweep(limit: number): Promise<number> {
    return this.database.execute(sweep, [limit]);
  }
}
