import { Injectable } from '@nestjs/common';
import { Database, StatementBatcher, statement } from '../../../core/database/index.js';
import { writeJson } from '../../../core/json/index.js';
import type { Destination } from '../subscription/subscription.js';
import type { NewEvent } from '../event.js';
import { directMinutes, type StoredEvent } from './event.repository.js';
import type { IdempotencyKey } from '../idempotency.js';

/** An event for one user over comet, whose text is known. */
export interface CometEvent {
  /** A UUID. */
  readonly id: string;
  readonly event: NewEvent;
  /** The `Idempotency-Key` of the call. */
  readonly key: IdempotencyKey | undefined;
  readonly target: Destination;
  /** What the user gets, JSON. */
  readonly mail: string;
}

/** With its event's arguments as JSON. */
interface Order extends CometEvent {
  readonly arguments: string;
}

/**
 * Many events with their deliveries, which are done with this, and their mail. Keys are inserted in
 * their order, then users locked in theirs, so that two such statements never wait for each other.
 */
const publish = statement(
  'notification.publishComet',
  `WITH asked AS (
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                          $7::text[], $8::text[], $9::boolean[], $10::text[], $11::text[],
                          $12::text[])
              WITH ORDINALITY
              AS asked (id, tag, message, arguments, key, body, device_id, provider, debug, language,
                        authorization_header, mail, place)
   ), event AS (
     INSERT INTO push_event
       (id, tag, message, localized, arguments, accepted, idempotency_key, idempotency_body,
        keep_until)
     SELECT id, tag, message, false, arguments::json, 1, key, body,
            now() + CASE WHEN key IS NULL THEN interval '1 hour' ELSE interval '1 day' END
       FROM asked ORDER BY key COLLATE "C", place
     ON CONFLICT (idempotency_key) DO NOTHING
     RETURNING id
   ), d AS (
     INSERT INTO push_delivery
       (message_id, event_id, type, device_id, provider, debug, language, authorization_header,
        lane, expires_at, state, attempts, due_at, ended_at)
     SELECT id, id, 'comet', device_id, provider, debug, language, authorization_header, '',
            now() + ${String(directMinutes)} * interval '1 minute', 'delivered', 1, now(), now()
       FROM asked JOIN event USING (id) ORDER BY place
     RETURNING event_id
   ), mail AS MATERIALIZED (
     SELECT many.* FROM (
       SELECT array_agg(device_id ORDER BY place) AS users,
              array_agg(replace(id::text, '-', '') ORDER BY place) AS ids,
              array_agg(mail ORDER BY place) AS mails
         FROM asked JOIN d ON d.event_id = asked.id) AS stored
       CROSS JOIN LATERAL comet_append_many(users, ids, mails) AS many
   )
   SELECT mail_id AS id, mail_seq AS "mailSeq" FROM mail`,
);

/**
 * Characters of text in one statement: events have bodies of any size, and a hundred large ones
 * together would hold up everybody.
 */
const maxBatchCharacters = 1024 * 1024;

/** Events for users of comet, of whom nobody else has to be asked. */
@Injectable()
export class CometPublishRepository {
  private readonly batcher = new StatementBatcher<Order, StoredEvent>(
    (orders) => this.storeBatch(orders),
    {
      weightOf: ({ event, mail, arguments: values }) =>
        event.message.length + mail.length + values.length,
      ...{ maxStatements: 2, maxOrders: 100, maxWeight: maxBatchCharacters, maxWaitMs: 5000 },
    },
  );

  constructor(private readonly database: Database) {}

  /** Stores an event with its mail, in one statement with those that others store at the time. */
  store(event: CometEvent): Promise<StoredEvent> {
    return this.batcher.submit({ ...event, arguments: writeJson(event.event.arguments) });
  }

  private async storeBatch(orders: readonly Order[]): Promise<StoredEvent[]> {
    const rows = await this.database.rows<{ id: string; mailSeq: number }>(
      publish,
      columnsOf(orders),
    );
    const seqs = new Map(rows.map(({ id, mailSeq }) => [id, mailSeq]));
    return orders.map(({ id, target: { deviceId } }) => {
      const mailSeq = seqs.get(id.replaceAll('-', ''));
      // The event of a key that was used before has stored nothing.
      if (mailSeq === undefined) return { accepted: 0, isRepeat: true, comet: [], claimed: [] };
      return { accepted: 1, isRepeat: false, comet: [{ deviceId, mailSeq }], claimed: [] };
    });
  }
}

function columnsOf(orders: readonly Order[]): unknown[][] {
  return [
    orders.map(({ id }) => id),
    orders.map(({ event }) => event.tag),
    orders.map(({ event }) => event.message),
    orders.map(({ arguments: values }) => values),
    orders.map(({ key }) => key?.scope ?? null),
    orders.map(({ key }) => key?.body ?? null),
    orders.map(({ target }) => target.deviceId),
    orders.map(({ target }) => target.provider ?? null),
    orders.map(({ target }) => target.debug),
    orders.map(({ target }) => target.language ?? null),
    orders.map(({ target }) => target.authorization ?? null),
    orders.map(({ mail }) => mail),
  ];
}
