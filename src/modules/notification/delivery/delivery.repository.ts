import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import type { EventText } from '../event.js';
import {
  type ClaimRequest,
  claimedColumns,
  type ClaimedDelivery,
  type ClaimedRow,
  type DeliveryResult,
} from './delivery.js';
import { SharedEvent } from './shared-event.js';
import type { SweepBatch } from '../../../core/scheduling/index.js';

/** How much more a node takes of one lane. */
export interface LaneRoom {
  readonly lane: string;
  readonly room: number;
}

/**
 * The lanes that have something pending, each with what this node takes of it: $3 unless it is
 * among the lanes at $1. One index probe finds the next lane, however long the one before is.
 */
const lanes = `
  pending_lane (lane) AS (
    (SELECT lane FROM push_delivery WHERE state = 'pending' ORDER BY lane LIMIT 1)
     UNION ALL
    SELECT next.lane FROM pending_lane last CROSS JOIN LATERAL (
      SELECT lane FROM push_delivery WHERE state = 'pending' AND lane > last.lane
       ORDER BY lane LIMIT 1) next
  ), open_lane AS (
    SELECT lane, coalesce(known.room, $3::int) AS room
      FROM pending_lane LEFT JOIN unnest($1::text[], $2::int[]) AS known (lane, room) USING (lane)
  )`;

/** Each lane gives what this node has room for, so that a full one holds up no other. */
const claim = statement(
  'notification.claim',
  `WITH RECURSIVE ${lanes}, taken AS MATERIALIZED (
     SELECT due.seq FROM open_lane CROSS JOIN LATERAL (
       SELECT seq FROM push_delivery
        WHERE state = 'pending' AND lane = open_lane.lane AND due_at <= now() AND expires_at > now()
        ORDER BY due_at LIMIT greatest(room, 0) FOR UPDATE SKIP LOCKED) due
   )
   UPDATE push_delivery d
      SET claims = claims + 1, taken_by = $4, due_at = now() + $5 * interval '1 millisecond'
     FROM push_event e
    WHERE d.seq = ANY (ARRAY (SELECT seq FROM taken)) AND e.id = d.event_id
   RETURNING ${claimedColumns}`,
);

const findEvents = statement(
  'notification.findEvents',
  `SELECT id, tag, message, localized AS "isLocalized",
          coalesce(arguments, arguments_was::json) AS arguments
     FROM push_event WHERE id = ANY ($1::uuid[])`,
);

const findNextDue = statement(
  'notification.findNextDue',
  `WITH RECURSIVE ${lanes}
   SELECT extract(epoch FROM min(first.due_at) - now())::float8 * 1000 AS in_ms
     FROM open_lane CROSS JOIN LATERAL (
       SELECT due_at FROM push_delivery
        WHERE state = 'pending' AND lane = open_lane.lane AND expires_at > now()
        ORDER BY due_at LIMIT 1) first
    WHERE room > 0`,
);

/**
 * `claims` fences off a node whose lease was lost: the row is another's by now. It grows, so that
 * the same end, told twice because its first answer was lost, counts once.
 */
const settle = statement(
  'notification.settle',
  `UPDATE push_delivery d
      SET state = ended.state, taken_by = NULL, claims = d.claims + 1, attempts = d.attempts + ended.attempts,
          due_at = now() + ended.pause_ms * interval '1 millisecond',
          last_code = coalesce(ended.code, d.last_code),
          last_error = coalesce(ended.reason, d.last_error),
          ended_at = CASE WHEN ended.state <> 'pending' THEN now() END
     FROM unnest($1::bigint[], $2::int[], $3::text[], $4::int[], $5::float8[], $6::text[],
                 $7::text[]) AS ended (seq, claims, state, attempts, pause_ms, code, reason)
    WHERE d.seq = ended.seq AND d.claims = ended.claims AND d.state = 'pending'`,
);

const renew = statement(
  'notification.renew',
  `UPDATE push_delivery d SET due_at = now() + $3 * interval '1 millisecond'
     FROM unnest($1::bigint[], $2::int[]) AS held (seq, claims)
    WHERE d.seq = held.seq AND d.claims = held.claims AND d.state = 'pending'
   RETURNING d.seq::float8 AS seq`,
);

/** Readers see as expired what the sweep has not got to. */
const count = statement(
  'notification.countDeliveries',
  `WITH counted (state, count) AS (
     SELECT 'accepted', coalesce(sum(accepted), 0) FROM push_event
      UNION ALL
     SELECT state, count(*) FROM push_delivery WHERE state <> 'pending' GROUP BY state
      UNION ALL
     SELECT CASE WHEN expires_at <= now() THEN 'expired' ELSE state END, count(*)
       FROM push_delivery WHERE state = 'pending' GROUP BY 1
      UNION ALL
     SELECT state, count FROM push_ledger
   )
   SELECT state, sum(count)::float8 AS count FROM counted GROUP BY state`,
);

const expire = statement(
  'notification.expireDeliveries',
  `WITH expired AS (
     UPDATE push_delivery
        SET state = 'expired', taken_by = NULL, ended_at = now(),
            last_code = coalesce(last_code, 'Expired'),
            last_error = coalesce(last_error, 'the subscription ended first')
      WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM push_delivery WHERE state = 'pending' AND expires_at <= now()
         ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))
     RETURNING expires_at)
   SELECT count(*)::int AS removed,
          coalesce(extract(epoch FROM now() - min(expires_at)), 0)::float8 * 1000 AS "lagMs"
     FROM expired`,
);

const sweepOf = (state: string, keptHours: number) =>
  statement(
    `notification.sweep.${state}`,
    `WITH removed AS (
       DELETE FROM push_delivery WHERE ctid = ANY (ARRAY (
         SELECT ctid FROM push_delivery
          WHERE state = '${state}' AND ended_at < now() - ${String(keptHours)} * interval '1 hour'
          ORDER BY ended_at LIMIT $1 FOR UPDATE SKIP LOCKED))
       RETURNING ended_at + ${String(keptHours)} * interval '1 hour' AS over_at
     ), booked AS (
       INSERT INTO push_ledger AS l (state, count)
       SELECT '${state}', count(*) FROM removed HAVING count(*) > 0
       ON CONFLICT (state) DO UPDATE SET count = l.count + excluded.count
     )
     SELECT count(*)::int AS removed,
            coalesce(extract(epoch FROM now() - min(over_at)), 0)::float8 * 1000 AS "lagMs"
       FROM removed`,
  );

/** What was delivered can be looked at for an hour, what was not for a week. */
const sweeps = [sweepOf('delivered', 1), sweepOf('dead', 7 * 24), sweepOf('expired', 7 * 24)];

/** Deliveries of all nodes (docs/compatibility.md, Notification, Delivery). */
@Injectable()
export class DeliveryRepository {
  constructor(private readonly database: Database) {}

  /** Takes what is due, of each lane as much as this node has room for. */
  claim(terms: ClaimRequest, known: readonly LaneRoom[]): Promise<ClaimedRow[]> {
    const values = [...laneValues(terms, known), terms.node, terms.leaseMs];
    return this.database.rows<ClaimedRow>(claim, values);
  }

  /**
   * Deliveries with their events.
   * @param held the events that this node holds, which are not read again
   */
  async withEvents(
    rows: readonly ClaimedRow[],
    held: (id: string) => SharedEvent | undefined,
  ): Promise<ClaimedDelivery[]> {
    const events = new Map<string, SharedEvent>();
    const lacking = new Set<string>();
    for (const { eventId } of rows) {
      const event = held(eventId);
      if (event === undefined) lacking.add(eventId);
      else events.set(eventId, event);
    }
    for (const event of await this.findEvents([...lacking])) events.set(event.id, event);
    return rows.flatMap(({ eventId, ...row }) => {
      const event = events.get(eventId);
      return event === undefined ? [] : [{ ...row, event }];
    });
  }

  /** Milliseconds until something is due in a lane with room; undefined: nothing is. */
  async findNextDue(terms: ClaimRequest, known: readonly LaneRoom[]): Promise<number | undefined> {
    const values = laneValues(terms, known);
    const row = await this.database.row<{ in_ms: number | null }>(findNextDue, values);
    return row?.in_ms ?? undefined;
  }

  /** Notes how claims ended; those that are another's by now stay as they are. */
  async writeResults(settlements: readonly DeliveryResult[]): Promise<void> {
    await this.database.execute(settle, [
      settlements.map(({ delivery }) => delivery.seq),
      settlements.map(({ delivery }) => delivery.claims),
      settlements.map(({ state }) => state),
      settlements.map(({ isAttempt }) => (isAttempt ? 1 : 0)),
      settlements.map(({ pauseMs }) => pauseMs),
      settlements.map(({ code }) => code ?? null),
      settlements.map(({ reason }) => reason ?? null),
    ]);
  }

  /** @returns which are still this node's */
  async renew(held: readonly ClaimedDelivery[], leaseMs: number): Promise<Set<number>> {
    const values = [held.map(({ seq }) => seq), held.map(({ claims }) => claims), leaseMs];
    const rows = await this.database.rows<{ seq: number }>(renew, values);
    return new Set(rows.map(({ seq }) => seq));
  }

  private async findEvents(ids: readonly string[]): Promise<SharedEvent[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.rows<EventText & { id: string }>(findEvents, [ids]);
    return rows.map(({ id, ...text }) => new SharedEvent(id, text));
  }

  /** The ledger: `accepted`, and what became of them by state. */
  count(): Promise<{ state: string; count: number }[]> {
    return this.database.rows<{ state: string; count: number }>(count, []);
  }

  async expireOverdue(limit: number): Promise<SweepBatch> {
    const row = await this.database.row<SweepBatch>(expire, [limit]);
    return row ?? { removed: 0, lagMs: 0 };
  }

  /** Removes what ended longer ago than it is kept, and books it in the ledger. */
  async sweep(limit: number): Promise<SweepBatch> {
    const swept: SweepBatch[] = [];
    for (const ofState of sweeps) {
      const row = await this.database.row<SweepBatch>(ofState, [limit]);
      if (row !== undefined) swept.push(row);
    }
    return {
      removed: Math.max(...swept.map(({ removed }) => removed)),
      lagMs: Math.max(...swept.map(({ lagMs }) => lagMs)),
    };
  }
}

function laneValues(terms: ClaimRequest, known: readonly LaneRoom[]): unknown[] {
  return [known.map(({ lane }) => lane), known.map(({ room }) => room), terms.maxDeliveries];
}
