import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import type { PushType } from '../push-type.js';
import type { NewSubscription } from './subscription.js';
import type { IdempotencyKey } from '../idempotency.js';

/** A subscription as it is stored. */
export interface SubscriptionRow {
  readonly id: string;
  readonly subscriberId: string;
  readonly filter: string;
  readonly type: PushType;
  readonly deviceId: string;
  readonly provider: string | null;
  readonly language: string | null;
  readonly debug: boolean;
  readonly properties: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly endCode: string | null;
  readonly endReason: string | null;
}

/** Why a subscription ended before its time. */
export interface SubscriptionEnd {
  readonly id: string;
  readonly code: string;
  readonly reason: string;
  /** Milliseconds since 1970; what was made later does not end. */
  readonly goneSince: number | undefined;
}

/** What a subscriber ended is gone for readers; its row is there for its idempotency key alone. */
export const deletedCode = 'Deleted';

/** One that ended before its time can be looked at for a day. */
const isVisibleSql = `
  end_code IS DISTINCT FROM '${deletedCode}'
  AND (expires_at > now() OR ended_at > now() - interval '1 day')`;

/** The row that holds the key is touched, so that its id comes back. */
const create = statement(
  'notification.subscribe',
  `INSERT INTO push_subscription AS s
     (id, subscriber_id, filter, type, device_id, provider, debug, language, authorization_header,
      properties, lane, idempotency_key, idempotency_body, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
           now() + $14 * interval '1 second')
   ON CONFLICT (idempotency_key) DO UPDATE SET idempotency_key = s.idempotency_key
   RETURNING id, idempotency_body AS body`,
);

/** What was pending for a subscription ends with it. */
const expirePendingSql = `
  UPDATE push_delivery SET state = 'expired', ended_at = now(), taken_by = NULL,
                           last_code = ended.end_code, last_error = ended.end_reason
    FROM ended WHERE subscription_id = ended.id AND state = 'pending'`;

const removeWhere = (name: string, condition: string) =>
  statement(
    name,
    `WITH ended AS (
       UPDATE push_subscription
          SET ended_at = now(), end_code = '${deletedCode}', end_reason = 'the subscription was deleted'
        WHERE ${condition} AND ${isVisibleSql}
       RETURNING id, end_code, end_reason
     ), deliveries AS (${expirePendingSql})
     SELECT id FROM ended`,
  );

const remove = removeWhere('notification.unsubscribe', 'id = $1');
const removeAllOf = removeWhere('notification.unsubscribeAll', 'subscriber_id = $1');

const end = statement(
  'notification.endSubscriptions',
  `WITH ended AS (
     UPDATE push_subscription s
        SET ended_at = now(), end_code = dead.code, end_reason = dead.reason
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::float8[])
              AS dead (id, code, reason, gone_since)
      WHERE s.id = dead.id AND s.ended_at IS NULL
        AND (gone_since IS NULL OR s.created_at < to_timestamp(gone_since / 1000))
     RETURNING s.id, end_code, end_reason
   )
   ${expirePendingSql}`,
);

const columns = `
  id, subscriber_id AS "subscriberId", filter, type, device_id AS "deviceId", provider, language,
  debug, properties, created_at AS "createdAt", expires_at AS "expiresAt", end_code AS "endCode",
  end_reason AS "endReason"`;

const find = statement(
  'notification.findSubscription',
  `SELECT ${columns} FROM push_subscription WHERE id = $1 AND ${isVisibleSql}`,
);

const list = statement(
  'notification.listSubscriptions',
  `SELECT ${columns} FROM push_subscription WHERE ${isVisibleSql}
    ORDER BY created_at DESC, id LIMIT $1`,
);

const listOf = statement(
  'notification.listSubscriptionsOf',
  `SELECT ${columns} FROM push_subscription WHERE subscriber_id = $2 AND ${isVisibleSql}
    ORDER BY created_at DESC, id LIMIT $1`,
);

const count = statement(
  'notification.countSubscriptions',
  `SELECT type, count(*)::int AS count FROM push_subscription
    WHERE ended_at IS NULL AND expires_at > now() GROUP BY type`,
);

/** An idempotency key is known for a day. */
const sweep = statement(
  'notification.sweepSubscriptions',
  `WITH removed AS (
     DELETE FROM push_subscription WHERE ctid = ANY (ARRAY (
       SELECT ctid FROM push_subscription
        WHERE (ended_at IS NULL AND expires_at <= now() OR ended_at < now() - interval '1 day')
          AND (idempotency_key IS NULL OR created_at < now() - interval '1 day')
        ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))
     RETURNING coalesce(ended_at + interval '1 day', expires_at) AS over_at)
   SELECT count(*)::int AS removed,
          greatest(coalesce(extract(epoch FROM now() - min(over_at)), 0), 0)::float8 * 1000
            AS "lagMs"
     FROM removed`,
);

/** Subscriptions (docs/compatibility.md, Subscription). */
@Injectable()
export class SubscriptionRepository {
  constructor(private readonly database: Database) {}

  /**
   * @param key of a call that may come again; then nothing is made anew
   * @returns the id, of the subscription that the key made before if there is one; undefined when
   *   that was made by another body
   */
  async create(
    id: string,
    subscription: NewSubscription & { readonly expire: number },
    lane: string,
    key: IdempotencyKey | undefined,
  ): Promise<string | undefined> {
    const row = await this.database.row<{ id: string; body: string | null }>(create, [
      id,
      subscription.subscriberId,
      subscription.filter,
      subscription.type,
      subscription.deviceId,
      subscription.provider,
      subscription.debug,
      subscription.language,
      subscription.authorization,
      JSON.stringify(subscription.properties),
      lane,
      key?.scope,
      key?.body,
      subscription.expire,
    ]);
    return key === undefined || row?.body === key.body ? row?.id : undefined;
  }

  /** @returns whether it was there */
  async remove(id: string): Promise<boolean> {
    return (await this.database.row(remove, [id])) !== undefined;
  }

  async removeAllOf(subscriberId: string): Promise<void> {
    await this.database.rows(removeAllOf, [subscriberId]);
  }

  /** Ends subscriptions whose devices are gone. */
  async end(ends: readonly SubscriptionEnd[]): Promise<void> {
    await this.database.execute(end, [
      ends.map(({ id }) => id),
      ends.map(({ code }) => code),
      ends.map(({ reason }) => reason),
      ends.map(({ goneSince }) => goneSince ?? null),
    ]);
  }

  find(id: string): Promise<SubscriptionRow | undefined> {
    return this.database.row<SubscriptionRow>(find, [id]);
  }

  /** The newest first. */
  list(limit: number, subscriberId: string | undefined): Promise<SubscriptionRow[]> {
    return subscriberId === undefined
      ? this.database.rows<SubscriptionRow>(list, [limit])
      : this.database.rows<SubscriptionRow>(listOf, [limit, subscriberId]);
  }

  count(): Promise<{ type: PushType; count: number }[]> {
    return this.database.rows<{ type: PushType; count: number }>(count, []);
  }

  async sweep(limit: number): Promise<{ removed: number; lagMs: number }> {
    const row = await this.database.row<{ removed: number; lagMs: number }>(sweep, [limit]);
    return row ?? { removed: 0, lagMs: 0 };
  }
}
