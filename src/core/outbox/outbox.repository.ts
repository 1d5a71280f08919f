import { Injectable } from '@nestjs/common';
import { Database, statement } from '../database/index.js';
import type { NewEffect } from './effect.js';
import type { SweepBatch } from '../scheduling/index.js';

/** An effect taken by this node until its lease ends. */
export interface ClaimedEffect {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly lane: string;
  readonly payload: unknown;
  readonly attempts: number;
  /** With the id it says whose lease this is. */
  readonly claims: number;
}

/** How much one node may take of a kind. */
export interface KindCapacity {
  readonly kind: string;
  /** In each of its lanes. */
  readonly concurrency: number;
  readonly leaseMs: number;
}

/** A lane in which this node has work under way. */
export interface BusyLane {
  readonly kind: string;
  readonly lane: string;
  readonly running: number;
}

/** How a try ended. */
export interface EffectResult {
  readonly effect: ClaimedEffect;
  readonly state: 'pending' | 'done' | 'dead';
  /** When a pending one is due again, milliseconds from now. */
  readonly pauseMs: number;
  readonly error: string | null;
}

export interface EffectCount {
  readonly kind: string;
  readonly state: 'pending' | 'running' | 'dead';
  readonly count: number;
}

const add = statement(
  'outbox.add',
  `INSERT INTO outbox_effect (kind, key, lane, payload, due_at)
   VALUES ($1, $2, $3, $4, coalesce($5::timestamptz, now() + $6 * interval '1 millisecond'))
   ON CONFLICT (kind, key) DO NOTHING`,
);

/**
 * The lanes of the kinds at $1 that have something pending. One index probe finds the next lane,
 * however many effects are pending in it.
 */
const lanes = `
  handled AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::int[]) AS handled (kind, concurrency)
  ), pending_lane (kind, lane, concurrency) AS (
    SELECT handled.kind, first.lane, handled.concurrency
      FROM handled CROSS JOIN LATERAL (
        SELECT lane FROM outbox_effect
         WHERE state = 'pending' AND kind = handled.kind ORDER BY lane LIMIT 1) first
     UNION ALL
    SELECT last.kind, next.lane, last.concurrency
      FROM pending_lane last CROSS JOIN LATERAL (
        SELECT lane FROM outbox_effect
         WHERE state = 'pending' AND kind = last.kind AND lane > last.lane
         ORDER BY lane LIMIT 1) next
  ), free_lane AS (
    SELECT kind, lane, concurrency - coalesce(busy.running, 0) AS free
      FROM pending_lane
      LEFT JOIN unnest($3::text[], $4::text[], $5::int[]) AS busy (kind, lane, running)
     USING (kind, lane)
  )`;

/** Each lane gives what this node has free for it, so that a full lane holds up no other. */
const claim = statement(
  'outbox.claim',
  `WITH RECURSIVE ${lanes}, taken AS MATERIALIZED (
     SELECT due.id
       FROM free_lane CROSS JOIN LATERAL (
         SELECT id FROM outbox_effect
          WHERE state = 'pending' AND kind = free_lane.kind AND lane = free_lane.lane
            AND due_at <= now()
          ORDER BY due_at LIMIT greatest(free_lane.free, 0) FOR UPDATE SKIP LOCKED) due
   )
   UPDATE outbox_effect effect
      SET attempts = attempts + 1, claims = claims + 1, taken_by = $6,
          due_at = now() + lease.ms * interval '1 millisecond'
     FROM unnest($1::text[], $7::int[]) AS lease (kind, ms)
    WHERE effect.id = ANY (ARRAY(SELECT id FROM taken)) AND lease.kind = effect.kind
   RETURNING effect.id, effect.kind, effect.key, effect.lane, effect.payload, effect.attempts,
             effect.claims`,
);

const findNextDue = statement(
  'outbox.findNextDue',
  `WITH RECURSIVE ${lanes}
   SELECT extract(epoch FROM min(first.due_at) - now())::float8 * 1000 AS in_ms
     FROM free_lane CROSS JOIN LATERAL (
       SELECT due_at FROM outbox_effect
        WHERE state = 'pending' AND kind = free_lane.kind AND lane = free_lane.lane
        ORDER BY due_at LIMIT 1) first
    WHERE free_lane.free > 0`,
);

/** `claims` fences off a worker whose lease was lost: its row is another's by now. */
const settle = statement(
  'outbox.settle',
  `UPDATE outbox_effect effect
      SET state = ended.state, taken_by = NULL, last_error = ended.error,
          due_at = now() + ended.pause_ms * interval '1 millisecond',
          finished_at = CASE WHEN ended.state <> 'pending' THEN now() END,
          payload = CASE WHEN ended.state <> 'done' THEN effect.payload END
     FROM unnest($1::bigint[], $2::int[], $3::text[], $4::int[], $5::text[])
          AS ended (id, claims, state, pause_ms, error)
    WHERE effect.id = ended.id AND effect.claims = ended.claims AND effect.state = 'pending'
   RETURNING effect.id`,
);

const renew = statement(
  'outbox.renew',
  `UPDATE outbox_effect effect SET due_at = now() + held.lease_ms * interval '1 millisecond'
     FROM unnest($1::bigint[], $2::int[], $3::int[]) AS held (id, claims, lease_ms)
    WHERE effect.id = held.id AND effect.claims = held.claims AND effect.state = 'pending'
   RETURNING effect.id`,
);

/** What a stopping node did not get done does not count as a try. */
const giveBack = statement(
  'outbox.giveBack',
  `UPDATE outbox_effect effect
      SET due_at = now(), taken_by = NULL, attempts = attempts - 1, claims = effect.claims + 1
     FROM unnest($1::bigint[], $2::int[]) AS held (id, claims)
    WHERE effect.id = held.id AND effect.claims = held.claims AND effect.state = 'pending'`,
);

const count = statement(
  'outbox.count',
  `SELECT kind, count(*)::int AS count,
          CASE WHEN taken_by IS NOT NULL AND due_at > now() THEN 'running' ELSE 'pending' END AS state
     FROM outbox_effect WHERE state = 'pending' GROUP BY 1, 3
    UNION ALL
   SELECT kind, count(*)::int, 'dead' FROM outbox_effect WHERE state = 'dead' GROUP BY 1`,
);

const sweepOf = (state: 'done' | 'dead') =>
  statement(
    `outbox.sweep.${state}`,
    `WITH removed AS (
       DELETE FROM outbox_effect
        WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM outbox_effect
           WHERE state = '${state}' AND finished_at < now() - $2 * interval '1 hour'
           ORDER BY finished_at LIMIT $1 FOR UPDATE SKIP LOCKED))
       RETURNING finished_at + $2 * interval '1 hour' AS expired_at)
     SELECT count(*)::int AS removed,
            coalesce(extract(epoch FROM now() - min(expired_at)), 0)::float8 * 1000 AS "lagMs"
       FROM removed`,
  );

const sweeps = { done: sweepOf('done'), dead: sweepOf('dead') };

/** The effects of all nodes. */
@Injectable()
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  /** @returns whether it is new */
  async add({ kind, key, lane, payload, when }: NewEffect): Promise<boolean> {
    const at = when !== undefined && 'at' in when ? when.at : null;
    const inMs = when !== undefined && 'inMs' in when ? when.inMs : 0;
    const values = [kind, key, lane ?? '', JSON.stringify(payload ?? null), at, inMs];
    return (await this.database.execute(add, values)) > 0;
  }

  /** Takes what is due, of each lane as much as this node has free. */
  claim(
    node: string,
    capacities: readonly KindCapacity[],
    busy: readonly BusyLane[],
  ): Promise<ClaimedEffect[]> {
    const leases = capacities.map((capacity) => capacity.leaseMs);
    const values = [...laneValues(capacities, busy), node, leases];
    return this.database.rows<ClaimedEffect>(claim, values);
  }

  /** Milliseconds until something is due in a lane that is not full; undefined: nothing pending. */
  async findNextDue(
    capacities: readonly KindCapacity[],
    busy: readonly BusyLane[],
  ): Promise<number | undefined> {
    const values = laneValues(capacities, busy);
    const row = await this.database.row<{ in_ms: number | null }>(findNextDue, values);
    return row?.in_ms ?? undefined;
  }

  /** @returns the ids of those that were still this node's */
  async writeResults(settlements: readonly EffectResult[]): Promise<Set<string>> {
    const rows = await this.database.rows<{ id: string }>(settle, [
      settlements.map(({ effect }) => effect.id),
      settlements.map(({ effect }) => effect.claims),
      settlements.map(({ state }) => state),
      settlements.map(({ pauseMs }) => pauseMs),
      settlements.map(({ error }) => error),
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  /** @returns the ids of those that were still this node's */
  async renew(
    held: readonly { readonly effect: ClaimedEffect; readonly leaseMs: number }[],
  ): Promise<Set<string>> {
    const rows = await this.database.rows<{ id: string }>(renew, [
      held.map(({ effect }) => effect.id),
      held.map(({ effect }) => effect.claims),
      held.map(({ leaseMs }) => leaseMs),
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  async release(effects: readonly ClaimedEffect[]): Promise<void> {
    const values = [effects.map(({ id }) => id), effects.map(({ claims }) => claims)];
    await this.database.execute(giveBack, values);
  }

  count(): Promise<EffectCount[]> {
    return this.database.rows<EffectCount>(count, []);
  }

  /** Removes effects that ended longer ago than they are remembered. */
  async sweep(state: 'done' | 'dead', afterHours: number, limit: number): Promise<SweepBatch> {
    const row = await this.database.row<SweepBatch>(sweeps[state], [limit, afterHours]);
    return row ?? { removed: 0, lagMs: 0 };
  }
}

function laneValues(
  capacities: readonly KindCapacity[],
  busy: readonly BusyLane[],
): (string | number)[][] {
  return [
    capacities.map(({ kind }) => kind),
    capacities.map(({ concurrency }) => concurrency),
    busy.map(({ kind }) => kind),
    busy.map(({ lane }) => lane),
    busy.map(({ running }) => running),
  ];
}
