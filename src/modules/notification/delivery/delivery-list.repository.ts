import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import type { PushType } from '../push-type.js';
import type { DeliveryAnswer } from './delivery.dto.js';

/** Which deliveries to list; what is absent narrows nothing. */
export interface DeliveryQuery {
  readonly limit: number;
  readonly event: string | undefined;
  readonly subscription: string | undefined;
  readonly tag: string | undefined;
  readonly type: string | undefined;
  readonly state: string | undefined;
}

/** A delivery as it is stored. */
export type DeliveryRow = Omit<
  DeliveryAnswer,
  'createdAt' | 'expiresAt' | 'dueAt' | 'endedAt' | 'type'
> & {
  readonly type: PushType;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly dueAt: Date | null;
  readonly endedAt: Date | null;
};

/**
 * Deliveries of a source, the newest first, as narrowed by what is given.
 * @param source a query for rows of push_delivery that has all which are asked for
 */
const listFrom = (name: string, source: string) =>
  statement(
    `notification.listDeliveries.${name}`,
    `SELECT * FROM (
       SELECT replace(d.message_id::text, '-', '') AS "messageId", d.event_id AS event,
              d.subscription_id AS subscription, e.tag, d.type, d.device_id AS "deviceId",
              d.provider AS "providerName",
              CASE WHEN d.state = 'pending' AND d.expires_at <= now() THEN 'expired' ELSE d.state END
                AS state,
              d.attempts, d.last_code AS code, d.last_error AS reason, d.created_at AS "createdAt",
              d.expires_at AS "expiresAt",
              CASE WHEN d.state = 'pending' THEN d.due_at END AS "dueAt", d.ended_at AS "endedAt",
              d.seq
         FROM (${source}) d JOIN push_event e ON e.id = d.event_id) delivery
      WHERE ($2::uuid IS NULL OR event = $2) AND ($3::uuid IS NULL OR subscription = $3)
        AND ($4::text IS NULL OR tag = $4) AND ($5::text IS NULL OR type = $5)
        AND ($6::text IS NULL OR state = $6)
      ORDER BY seq DESC LIMIT $1`,
  );

/** So many of the newest are looked through first: most that is asked for is among them. */
const recentLimit = 5000;

/** Each has an index of its own, so that millions of other deliveries cost nothing. */
const lists = {
  all: listFrom('all', 'SELECT * FROM push_delivery'),
  recent: listFrom(
    'recent',
    `SELECT * FROM push_delivery ORDER BY seq DESC LIMIT ${String(recentLimit)}`,
  ),
  event: listFrom('event', 'SELECT * FROM push_delivery WHERE event_id = $2'),
  subscription: listFrom(
    'subscription',
    `SELECT * FROM push_delivery WHERE subscription_id = $3 AND state <> 'pending'
      UNION ALL
     SELECT * FROM push_delivery WHERE subscription_id = $3 AND state = 'pending'`,
  ),
  tag: listFrom(
    'tag',
    'SELECT * FROM push_delivery WHERE event_id IN (SELECT id FROM push_event WHERE tag = $4)',
  ),
  dead: listFrom('dead', `SELECT * FROM push_delivery WHERE state = 'dead'`),
  // The sweep has not got to all of them.
  expired: listFrom(
    'expired',
    `SELECT * FROM push_delivery WHERE state = 'expired'
      UNION ALL
     SELECT * FROM push_delivery WHERE state = 'pending' AND expires_at <= now()`,
  ),
  pending: listFrom('pending', `SELECT * FROM push_delivery WHERE state = 'pending'`),
};

/** What operators see of deliveries. */
@Injectable()
export class DeliveryListRepository {
  constructor(private readonly database: Database) {}

  /** The newest first. */
  async list(query: DeliveryQuery): Promise<DeliveryRow[]> {
    const narrowest = narrowestOf(query);
    // Of a frequent tag, or of many that wait, the index would have to be read through.
    if (narrowest === 'tag' || narrowest === 'pending') {
      const recent = await this.rows('recent', query);
      if (recent.length === query.limit) return recent;
    }
    return this.rows(narrowest, query);
  }

  private rows(name: keyof typeof lists, query: DeliveryQuery): Promise<DeliveryRow[]> {
    const { limit, event, subscription, tag, type, state } = query;
    const values = [limit, event, subscription, tag, type, state];
    return this.database.rows<DeliveryRow>(lists[name], values);
  }
}

/** The list that has least beside what is asked for. */
function narrowestOf({ event, subscription, tag, state }: DeliveryQuery): keyof typeof lists {
  if (event !== undefined) return 'event';
  if (subscription !== undefined) return 'subscription';
  if (tag !== undefined) return 'tag';
  if (state === 'dead' || state === 'expired' || state === 'pending') return state;
  return 'all';
}
