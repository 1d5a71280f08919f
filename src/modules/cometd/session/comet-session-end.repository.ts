import { Injectable } from '@nestjs/common';
import { Database, StatementBatcher, statement } from '../../../core/database/index.js';
import { batchLimits } from './comet-handshake.repository.js';
import type { SessionEnd } from './session-life.js';

/** An end that this node has a lease of. */
export interface ClaimedEnd extends SessionEnd {
  /** How often it was claimed, this time included. */
  readonly claims: number;
}

const claim = statement(
  'cometd.claimEnds',
  `WITH due AS MATERIALIZED (
     SELECT client_id FROM comet_session_end WHERE due_at <= now()
      ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
   )
   UPDATE comet_session_end e
      SET claims = claims + 1, due_at = now() + $2 * interval '1 millisecond'
    WHERE client_id = ANY (ARRAY (SELECT client_id FROM due))
   RETURNING client_id AS "clientId", user_id AS user, kind, ext, claims`,
);

/** `claims` fences off a node whose lease was lost: the end is another's by now. */
const remove = statement(
  'cometd.removeEnds',
  `DELETE FROM comet_session_end e
    USING unnest($1::text[], $2::int[]) AS taken (client_id, claims)
    WHERE e.client_id = taken.client_id AND e.claims = taken.claims`,
);

const postpone = statement(
  'cometd.postponeEnd',
  `UPDATE comet_session_end SET due_at = now() + $3 * interval '1 millisecond'
    WHERE client_id = $1 AND claims = $2`,
);

const sweep = statement(
  'cometd.sweepEnds',
  `DELETE FROM comet_session_end WHERE ctid = ANY (ARRAY (
     SELECT ctid FROM comet_session_end WHERE ended_at < now() - $2 * interval '1 second'
      ORDER BY ended_at LIMIT $1 FOR UPDATE SKIP LOCKED))`,
);

/** Ends of sessions that nobody has taken yet. */
@Injectable()
export class CometSessionEndRepository {
  private readonly removalBatcher = new StatementBatcher<ClaimedEnd, undefined>(
    async (ends) => {
      const values = [ends.map(({ clientId }) => clientId), ends.map(({ claims }) => claims)];
      await this.database.execute(remove, values);
      return ends.map(() => undefined);
    },
    { ...batchLimits, maxStatements: 1 },
  );

  constructor(private readonly database: Database) {}

  async claim(most: number, leaseMs: number): Promise<ClaimedEnd[]> {
    const rows = await this.database.rows<Omit<ClaimedEnd, 'ext'> & { ext: string }>(claim, [
      most,
      leaseMs,
    ]);
    return rows.map((row) => ({ ...row, ext: JSON.parse(row.ext) as ClaimedEnd['ext'] }));
  }

  /** It was taken. */
  async remove(end: ClaimedEnd): Promise<void> {
    await this.removalBatcher.submit(end);
  }

  /** It was not taken, and is due again after a pause. */
  async postpone({ clientId, claims }: ClaimedEnd, pauseMs: number): Promise<void> {
    await this.database.execute(postpone, [clientId, claims, pauseMs]);
  }

  /** Removes ends that nobody has taken in time. */
  sweep(limit: number, keptSeconds: number): Promise<number> {
    return this.database.execute(sweep, [limit, keptSeconds]);
  }
}
