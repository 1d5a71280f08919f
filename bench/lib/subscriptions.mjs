import { settle } from './population.mjs';

/** Each event goes to ten of a million: five to the tag itself, three and two to groups of it. */
export const subscriptions = { tags: 100_000, ofTag: 10 };

/** The tag of event `n`, 1 … tags. */
export const tagOf = (n) => `shop${n}.order.paid`;

/** Fills the subscriptions anew: comet, so that publishing waits for nobody; a minute or two. */
export async function fillSubscriptions(sql) {
  await emptyEvents(sql);
  await sql('TRUNCATE push_subscription');
  await sql(`
    INSERT INTO push_subscription
           (id, subscriber_id, filter, type, device_id, debug, properties, lane, expires_at)
    SELECT gen_random_uuid(), 'subscriber' || place,
           'shop' || n || CASE WHEN place <= 5 THEN '.order.paid'
                               WHEN place <= 8 THEN '.order.*' ELSE '.*' END,
           'comet', 'user' || n || '-' || place, false, '{}', '', now() + interval '1 day'
      FROM generate_series(1, ${subscriptions.ofTag}) AS place,
           generate_series(1, ${subscriptions.tags}) AS n`);
  await settle(sql, ['push_subscription']);
  await sql('CHECKPOINT');
}

/** Removes what publishing has left. */
export async function emptyEvents(sql) {
  await sql('TRUNCATE push_event, push_delivery, comet_event, comet_user, comet_session');
  await settle(sql, ['push_event', 'push_delivery', 'comet_event', 'comet_user']);
}

export async function removeSubscriptions(sql) {
  await emptyEvents(sql);
  await sql('TRUNCATE push_subscription');
}
