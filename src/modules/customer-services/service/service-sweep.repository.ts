import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';

/** A service that the sweeper holds. */
export interface SweptService {
  readonly id: string;
  readonly isExpired: boolean;
  readonly isToComplete: boolean;
  /** Milliseconds since it expired or was to be completed; 0 when neither. */
  readonly lagMs: number;
}

const lockDue = statement(
  'customerServices.lockDue',
  `SELECT id, expires_at <= statement_timestamp() AS "isExpired",
          coalesce(auto_complete_at <= statement_timestamp(), false) AS "isToComplete",
          greatest(extract(epoch FROM statement_timestamp() - least(expires_at, auto_complete_at)), 0)::float8 * 1000
            AS "lagMs"
     FROM cs_service WHERE sweep_at <= statement_timestamp()
    ORDER BY sweep_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
);

const postpone = statement(
  'customerServices.postponeSweep',
  `UPDATE cs_service SET sweep_at = least(expires_at, auto_complete_at)
    WHERE id = ANY ($1::uuid[])`,
);

/** Services that the sweeper is to look at. */
@Injectable()
export class ServiceSweepRepository {
  constructor(private readonly database: Database) {}

  /** Locks at most `limit` of them that nobody else holds, until the end of the unit of work. */
  lockDue(limit: number): Promise<SweptService[]> {
    return this.database.rows<SweptService>(lockDue, [limit]);
  }

  /** Has the sweeper come again when there is something to do: they were renewed meanwhile. */
  async postpone(uuids: readonly string[]): Promise<void> {
    await this.database.execute(postpone, [uuids]);
  }
}
