import { settle } from './population.mjs';

/** What Context Services hold before a measurement: a history of a few services a customer. */
export const history = { services: 1_000_000, customers: 250_000, states: 3, tasks: 2 };

/** The customer of a number from 1 to `history.customers`. */
export const customerOf = (n) => `customer-${n}`;

/** Rows of one statement. */
const batch = 100_000;

const common = `'{"interaction_id": "006a8f9b", "media_type": "chat"}'`;
const disposition = `'{"disposition": "solved"}'`;

/**
 * Fills the tables anew: services of the default tenant, half of them ended, that started one a second
 * until now, each with its states and tasks; about two minutes for a million.
 * @param count how many services
 */
export async function fillCustomerServices(sql, count = history.services) {
  await emptyCustomerServices(sql);
  for (let from = 1; from <= count; from += batch) {
    await fillBatch(sql, from, Math.min(from + batch - 1, count), count);
  }
  await settle(sql, ['cs_service', 'cs_state', 'cs_task']);
  await sql('CHECKPOINT');
}

export async function emptyCustomerServices(sql) {
  await sql('TRUNCATE cs_service, cs_state, cs_task');
}

async function fillBatch(sql, from, to, count) {
  const started = `date_trunc('milliseconds', now()) - (${count} - n) * interval '1 second'`;
  await sql(`
    WITH made AS (
      INSERT INTO cs_service (id, tenant, customer_id, contact_key, type, started_at, started,
                              est_duration, completed_at, completed, extensions, life_explicit,
                              expires_at, sweep_at)
      SELECT gen_random_uuid(), '', 'customer-' || (1 + n % ${history.customers}), '+3315555' || n,
             '"support"', ${started}, ${common}, 600,
             CASE WHEN n % 2 = 0 THEN ${started} + interval '5 minutes' END,
             CASE WHEN n % 2 = 0 THEN ${disposition}::jsonb END,
             '{"Feedback": {"rating": 5, "text": "quick and friendly"}}', false,
             now() + interval '14 days', now() + interval '14 days'
        FROM generate_series(${from}, ${to}) AS n
      RETURNING id, started_at
    ), states AS (
      INSERT INTO cs_state (service_id, type, started_at, started, completed_at, completed, extensions)
      SELECT id, '"identify"', started_at + place * interval '1 minute', ${common},
             started_at + (place + 1) * interval '1 minute', ${disposition}, '{}'
        FROM made, generate_series(1, ${history.states}) AS place
    )
    INSERT INTO cs_task (service_id, type, started_at, started, extensions)
    SELECT id, '"call back"', started_at + place * interval '1 minute', ${common}, '{"Window": [9, 12]}'
      FROM made, generate_series(1, ${history.tasks}) AS place`);
}
