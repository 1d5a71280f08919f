import { type Database, statement } from '../../core/database/index.js';
import type { SweepBatch } from '../../core/scheduling/index.js';

/** The entries of an audit's table that are older than its retention. */
export class AgedEntries {
  private readonly remove;

  /**
   * @param name of the statement
   * @param table with a column `id`
   * @param madeAt the column with the instant from which an entry is kept
   */
  constructor(
    private readonly database: Database,
    name: string,
    table: string,
    madeAt: string,
  ) {
    this.remove = statement(
      name,
      `WITH removed AS (
         DELETE FROM ${table}
          WHERE id = ANY (ARRAY(
            SELECT id FROM ${table} WHERE ${madeAt} < now() - $2 * interval '1 second'
             ORDER BY ${madeAt} LIMIT $1 FOR UPDATE SKIP LOCKED))
         RETURNING ${madeAt} + $2 * interval '1 second' AS expired_at)
       SELECT count(*)::int AS removed,
              coalesce(extract(epoch FROM now() - min(expired_at)), 0)::float8 * 1000 AS "lagMs"
         FROM removed`,
    );
  }

  /** Removes at most `limit` of them, the oldest first, that nobody holds. */
  async sweep(limit: number, retentionSeconds: number): Promise<SweepBatch> {
    const row = await this.database.row<SweepBatch>(this.remove, [limit, retentionSeconds]);
    return row ?? { removed: 0, lagMs: 0 };
  }
}
