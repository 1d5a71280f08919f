/**
 * What the database holds before a measurement. Ids and numbers follow from a counter, so that the
 * load client and pgbench can name them without being told each.
 */
export const population = {
  /** Storage areas, each with the keys of `keys`. */
  areas: 50_000,
  areaPrefix: '00000000-0000-4000-8000-',
  /** Services with a booked number and a code, to be matched. */
  matches: 40_000,
  servicePrefix: '00000000-0000-4000-9000-',
  /** Added to the counter, so that every id and number has the same length. */
  first: 100_000_000_000,
  code: '471108',
  keys: ['first_name', 'reason', 'note'],
  readKey: 'note',
};

const { areas, areaPrefix, matches, servicePrefix, first, code } = population;

/** Forms what stands for storage area or service `n` in SQL. */
const idOf = (prefix) => `'${prefix}' || (${first} + n)`;

/** Fills the tables of a migrated database anew; about two seconds. */
export async function populate(sql) {
  await fillStorage(sql);
  await fillMatches(sql);
  await freeNumbers(sql);
}

/** Fills the tables of the Storage API anew. */
export async function fillStorage(sql) {
  await sql(`TRUNCATE storage_area, storage_entry`);
  await sql(`
    INSERT INTO storage_area (id, expires_at)
    SELECT ${idOf(areaPrefix)}, now() + interval '1 day' FROM generate_series(1, ${areas}) AS n`);
  await sql(`
    INSERT INTO storage_entry (area_id, key, value, expires_at)
    SELECT ${idOf(areaPrefix)}, key, value, now() + interval '1 day'
      FROM generate_series(1, ${areas}) AS n,
           (VALUES ('first_name', 'Jane'), ('reason', 'question about an invoice'),
                   ('note', repeat('the caller has been with us since 2009; ', 3))) AS e (key, value)`);
  await settle(sql, ['storage_area', 'storage_entry']);
}

async function fillMatches(sql) {
  await sql(`TRUNCATE service_instance, access_grant, access_guess`);
  await sql(
    `DELETE FROM access_number WHERE number > '${first}' AND number <= '${first + matches}'`,
  );
  await sql(`
    INSERT INTO access_number (number, display, pool, position, free_from)
    SELECT (${first} + n)::text, (${first} + n)::text, '{match}', n, now() + interval '1 day'
      FROM generate_series(1, ${matches}) AS n`);
  await sql(`
    INSERT INTO service_instance (id, name, type, data_id, expires_at)
    SELECT ${idOf(servicePrefix)}, 'to-match', 'request-interaction', ${idOf(servicePrefix)},
           now() + interval '1 day'
      FROM generate_series(1, ${matches}) AS n`);
  await sql(`
    INSERT INTO access_grant
           (owner_id, group_name, number, display, code, booked, booked_until, expires_at)
    SELECT ${idOf(servicePrefix)}, 'match', (${first} + n)::text, (${first} + n)::text, '${code}',
           true, now() + interval '1 day', now() + interval '1 day'
      FROM generate_series(1, ${matches}) AS n`);
}

/** Makes every service that was matched one that can be matched. */
export async function unmatch(sql) {
  await sql(`UPDATE access_grant SET matched_at = NULL, booked = true
              WHERE group_name = 'match' AND matched_at IS NOT NULL`);
  await sql(`UPDATE access_number SET free_from = now() + interval '1 day'
              WHERE pool = '{match}' AND free_from <= now()`);
  await settle(sql, ['access_grant', 'access_number']);
}

/** Ends the services that a measurement has begun, and frees their numbers. */
export async function freeNumbers(sql) {
  await sql(`DELETE FROM access_grant WHERE group_name = 'bench'`);
  await sql(`DELETE FROM service_instance WHERE name <> 'to-match'`);
  await sql(`
    WITH area AS (DELETE FROM storage_area WHERE bound RETURNING id)
    DELETE FROM storage_entry WHERE area_id = ANY (ARRAY (SELECT id FROM area))`);
  await sql(`UPDATE access_number SET free_from = '-infinity'
              WHERE pool = '{bench}' AND free_from > '-infinity'`);
  await settle(sql, ['access_grant', 'service_instance', 'access_number']);
}

/** What autovacuum would do, now instead of in the middle of a measurement. */
export async function settle(sql, tables) {
  for (const name of tables) await sql(`VACUUM (ANALYZE) ${name}`);
}
