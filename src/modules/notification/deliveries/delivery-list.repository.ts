import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../core/database/index.js';
import type { PushType } from '../push-type.js';
import type { DeliveryAnswer } from './delivery.js';

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

const list = statement(
  'notification.listDeliveries',
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
       FROM push_delivery d JOIN push_event e ON e.id = d.event_id) delivery
    WHERE ($2::uuid IS NULL OR event = $2) AND ($3::uuid IS NULL OR subscription = $3)
      AND ($4::text IS NULL OR tag = $4) AND ($5::text IS NULL OR type = $5)
      AND ($6::text IS NULL OR state = $6)
    ORDER BY seq DESC LIMIT $1`,
);

/** What operators see of deliveries. */
@Injectable()
export class DeliveryListRepository {
  constructor(private readonly database: Database) {}

  /** The newest first. */
  list(query: DeliveryQuery): Promise<DeliveryRow[]> {
    const { limit, event, subscription, tag, type, state } = query;
    return this.database.rows<DeliveryRow>(list, [limit, event, subscription, tag, type, state]);
  }
}
