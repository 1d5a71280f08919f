import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import {
  claimedColumns,
  type ClaimedDelivery,
  type ClaimedRow,
  type ClaimRequest,
} from '../delivery/delivery.js';
import { writeJson } from '../../../core/json/index.js';
import { SharedEvent } from '../delivery/shared-event.js';
import type { Destination } from '../subscription/subscription.js';
import { deletedCode } from '../subscription/subscription.repository.js';
import type { NewEvent } from '../event.js';
import type { IdempotencyKey } from '../idempotency.js';
import type { SweepBatch } from '../../../core/scheduling/index.js';

/** An event on its way into the database. */
export interface EventRecord {
  /** A UUID. */
  readonly id: string;
  readonly event: NewEvent;
  /** The `Idempotency-Key` of the call. */
  readonly key: IdempotencyKey | undefined;
  readonly terms: ClaimRequest;
  /** What comet users get, JSON, when it is the same for all; null: it is stored by itself. */
  readonly mail: string | null;
}

/** A delivery over comet. */
export interface CometDelivery extends ClaimedDelivery {
  /** The number of its mail in the user's log; null when the mail was not stored along. */
  readonly mailSeq: number | null;
}

/** What was made of an event. */
export interface StoredEvent<Comet = Pick<CometDelivery, 'deviceId' | 'mailSeq'>> {
  /** How many deliveries it is. */
  readonly accepted: number;
  /** Whether its key has stored an event before: then nothing was stored. */
  readonly isRepeat: boolean;
  /** Those over comet, done with this; and those that this node has claimed. */
  readonly comet: readonly Comet[];
  readonly claimed: readonly ClaimedDelivery[];
}

/** How the first attempts of an event that other nodes may make stand. */
export interface FirstAttempts {
  readonly waiting: number;
  readonly failed: number;
}

/** An event without a subscription is tried for so long, minutes. */
export const directMinutes = 10;

/**
 * Lanes are indexed, and an index takes no longer rows. Subscriptions from before lanes had a bound
 * may have longer ones, which must not keep an event from all others.
 */
const maxLaneLength = 300;

/**
 * The subscriptions that match. Each filter that could is looked up by equality, so that a million
 * of others cost nothing. A user gets one copy however many of their subscriptions match. The
 * filters stand in a subquery, so that PostgreSQL cannot make a plan for each list of them: with
 * them in sight it planned every event anew (measured: 2.2 ms an event, 1.4 to 1.7 with the one
 * plan).
 */
const matchedSubscriptionsSql = `
  found AS (
    SELECT id, type, device_id, provider, debug, language, authorization_header,
           left(lane, ${String(maxLaneLength)}) AS lane, expires_at
      FROM push_subscription
     WHERE filter = ANY (ARRAY (SELECT unnest($12::text[])))
       AND ended_at IS NULL AND expires_at > now()
       AND type = ANY ($13::text[]) AND ($14::text IS NULL OR provider = $14)
  ), matched AS MATERIALIZED (
    SELECT *, row_number() OVER () AS place FROM found WHERE type <> 'comet'
     UNION ALL
    (SELECT DISTINCT ON (device_id) *, 0 FROM found
      WHERE type = 'comet' ORDER BY device_id, expires_at DESC)
  )`;

const directTargetSql = `
  matched AS MATERIALIZED (
    SELECT NULL::uuid AS id, $12::text AS type, $13::text AS device_id, $14::text AS provider,
           $15::boolean AS debug, $16::text AS language, $17::text AS authorization_header,
           $18::text AS lane, now() + ${String(directMinutes)} * interval '1 minute' AS expires_at,
           1 AS place
  )`;

/**
 * Stores an event with all its deliveries in one statement. What this node can begin at once it
 * claims in passing; comet is done when it is stored.
 */
const publishTo = (name: string, matched: string) =>
  statement(
    name,
    `WITH ${matched}, event AS (
       INSERT INTO push_event
         (id, tag, message, localized, arguments, accepted, idempotency_key, idempotency_body,
          keep_until)
       SELECT $1::uuid, $2, $3, $4, $5, (SELECT count(*) FROM matched), $6, $7,
              now() + CASE WHEN $6::text IS NULL THEN interval '1 hour' ELSE interval '1 day' END
        WHERE $6::text IS NOT NULL OR EXISTS (SELECT FROM matched)
       ON CONFLICT (idempotency_key) DO NOTHING
       RETURNING id, accepted
     ), d AS (
       INSERT INTO push_delivery
         (message_id, event_id, subscription_id, type, device_id, provider, debug, language,
          authorization_header, lane, expires_at, state, attempts, claims, taken_by, due_at,
          ended_at)
       SELECT CASE WHEN type = 'comet' THEN event.id ELSE gen_random_uuid() END,
              event.id, matched.id, type, device_id, provider, debug, language,
              authorization_header, lane, expires_at,
              CASE WHEN type = 'comet' THEN 'delivered' ELSE 'pending' END,
              CASE WHEN type = 'comet' THEN 1 ELSE 0 END,
              CASE WHEN place BETWEEN 1 AND $9 THEN 1 ELSE 0 END,
              CASE WHEN place BETWEEN 1 AND $9 THEN $8 END,
              CASE WHEN place BETWEEN 1 AND $9
                   THEN now() + $10 * interval '1 millisecond' ELSE now() END,
              CASE WHEN type = 'comet' THEN now() END
         FROM matched CROSS JOIN event
       RETURNING *
     ), mail AS MATERIALIZED (
       SELECT * FROM comet_append(
         (SELECT array_agg(device_id) FROM d WHERE type = 'comet'), replace($1::uuid::text, '-', ''), $11)
     )
     SELECT e.accepted, mail.mail_seq AS "mailSeq", ${claimedColumns}
       FROM event e
       LEFT JOIN d ON d.taken_by IS NOT NULL OR d.type = 'comet'
       LEFT JOIN mail ON d.type = 'comet' AND mail.mail_user = d.device_id`,
  );

const publishToSubscribed = publishTo('notification.publish', matchedSubscriptionsSql);
const publishDirect = publishTo('notification.publishDirect', directTargetSql);

/** A subscription that was deleted meanwhile wants nothing: that is no failure. */
const findFirstAttempts = statement(
  'notification.findFirstAttempts',
  `SELECT count(*) FILTER (WHERE state = 'pending' AND attempts = 0 AND expires_at > now())::int
            AS waiting,
          count(*) FILTER (WHERE state = 'dead' OR attempts > 1
                              OR state = 'expired' AND last_code IS DISTINCT FROM '${deletedCode}'
                              OR state = 'pending' AND (attempts > 0 OR expires_at <= now()))::int
            AS failed
     FROM push_delivery WHERE event_id = $1`,
);

const findKey = statement(
  'notification.findIdempotencyKey',
  'SELECT idempotency_body AS body FROM push_event WHERE idempotency_key = $1',
);

/** An event whose deliveries are still there is looked at again after an hour. */
const sweep = statement(
  'notification.sweepEvents',
  `WITH due AS MATERIALIZED (
     SELECT id, accepted, keep_until,
            EXISTS (SELECT FROM push_delivery d WHERE d.event_id = e.id) AS is_needed
       FROM push_event e WHERE keep_until < now()
      ORDER BY keep_until LIMIT $1 FOR UPDATE SKIP LOCKED
   ), postponed AS (
     UPDATE push_event SET keep_until = now() + interval '1 hour'
      WHERE id = ANY (ARRAY (SELECT id FROM due WHERE is_needed))
   ), removed AS (
     DELETE FROM push_event WHERE id = ANY (ARRAY (SELECT id FROM due WHERE NOT is_needed))
     RETURNING accepted, keep_until
   ), booked AS (
     INSERT INTO push_ledger AS l (state, count)
     SELECT 'accepted', sum(accepted) FROM removed HAVING count(*) > 0
     ON CONFLICT (state) DO UPDATE SET count = l.count + excluded.count
   )
   SELECT count(*)::int AS removed,
          greatest(coalesce(extract(epoch FROM now() - min(keep_until)), 0), 0)::float8 * 1000
            AS "lagMs"
     FROM removed`,
);

/** Published events (docs/compatibility.md, Notification, Delivery). */
@Injectable()
export class EventRepository {
  constructor(private readonly database: Database) {}

  /**
   * Stores an event for all whose subscription matches.
   * @param filters all filters that match its tag
   * @param types the push types that are enabled
   */
  async publish(
    record: EventRecord,
    filters: readonly string[],
    types: readonly string[],
  ): Promise<StoredEvent<CometDelivery>> {
    const values = [...eventValues(record), filters, types, record.event.provider];
    return storedEvent(record, await this.database.rows<PublishedRow>(publishToSubscribed, values));
  }

  /** Stores an event for one device. */
  async publishDirect(
    record: EventRecord,
    target: Destination & { readonly lane: string },
  ): Promise<StoredEvent<CometDelivery>> {
    const { type, deviceId, provider, debug, language, authorization, lane } = target;
    const to = [type, deviceId, provider, debug, language, authorization, lane];
    const values = [...eventValues(record), ...to];
    return storedEvent(record, await this.database.rows<PublishedRow>(publishDirect, values));
  }

  async findFirstAttempts(id: string): Promise<FirstAttempts> {
    const row = await this.database.row<FirstAttempts>(findFirstAttempts, [id]);
    return row ?? { waiting: 0, failed: 0 };
  }

  /** Whether the event that a key has stored said the same; so it does when it is gone. */
  async hasSameBody({ scope, body }: IdempotencyKey): Promise<boolean> {
    const row = await this.database.row<{ body: string | null }>(findKey, [scope]);
    return row === undefined || row.body === body;
  }

  async sweep(limit: number): Promise<SweepBatch> {
    const row = await this.database.row<SweepBatch>(sweep, [limit]);
    return row ?? { removed: 0, lagMs: 0 };
  }
}

/** Of an event without a delivery that this node has to do with, the rest is null. */
type PublishedRow = { accepted: number } & (
  (ClaimedRow & Pick<CometDelivery, 'mailSeq'>) | { seq: null }
);

function eventValues({ id, event, key, terms, mail }: EventRecord): unknown[] {
  const { tag, message, isLocalized } = event;
  const of = [id, tag, message, isLocalized, writeJson(event.arguments)];
  return [...of, key?.scope, key?.body, terms.node, terms.maxDeliveries, terms.leaseMs, mail];
}

function storedEvent(
  { id, event, key }: EventRecord,
  rows: readonly PublishedRow[],
): StoredEvent<CometDelivery> {
  const held = new SharedEvent(id, event);
  const deliveries = rows.flatMap((row) => (row.seq === null ? [] : [{ ...row, event: held }]));
  return {
    accepted: rows[0]?.accepted ?? 0,
    isRepeat: key !== undefined && rows.length === 0,
    comet: deliveries.filter(({ type }) => type === 'comet'),
    claimed: deliveries.filter(({ type }) => type !== 'comet'),
  };
}
