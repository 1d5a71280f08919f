import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['cs_service', 'cs_state', 'cs_task'];
const columns = ['type', 'started', 'completed', 'extensions'];

/**
 * What Context Services keep as JSON, and arguments of events, are kept as they were sent: jsonb forgets the order of members and
 * the form of numbers. New columns of type json take the place of the old ones, which keep their
 * values under the name `…_was` and are read where the new one is null: to convert them would rewrite
 * the tables, with nobody able to read them meanwhile.
 */
export class KeepJsonAsItWasSent1796083202001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables) {
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_completed`);
      for (const column of columns) {
        await runner.query(`ALTER TABLE ${table} RENAME COLUMN ${column} TO ${column}_was`);
      }
      await runner.query(`
        ALTER TABLE ${table}
          ALTER COLUMN started_was DROP NOT NULL, ALTER COLUMN extensions_was DROP NOT NULL,
          ADD COLUMN type json, ADD COLUMN started json, ADD COLUMN completed json,
          ADD COLUMN extensions json`);
      await runner.query(`
        ALTER TABLE ${table} ADD CONSTRAINT ${table}_completed
          CHECK ((completed_at IS NULL) = (completed IS NULL AND completed_was IS NULL)) NOT VALID`);
      for (const column of columns) {
        await runner.query(`
          COMMENT ON COLUMN ${table}.${column}_was IS
            'as it was before ${column} was json; counts while that is null'`);
      }
    }
    await runner.query('ALTER TABLE push_event RENAME COLUMN arguments TO arguments_was');
    await runner.query(`
      ALTER TABLE push_event ALTER COLUMN arguments_was DROP NOT NULL, ADD COLUMN arguments json`);
    await createMerge(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION json_merged (json, json)');
    await runner.query(`
      UPDATE push_event SET arguments_was = arguments::jsonb WHERE arguments IS NOT NULL`);
    await runner.query(`
      ALTER TABLE push_event DROP COLUMN arguments, ALTER COLUMN arguments_was SET NOT NULL`);
    await runner.query('ALTER TABLE push_event RENAME COLUMN arguments_was TO arguments');
    for (const table of tables) {
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_completed`);
      for (const column of columns) {
        await runner.query(`
          UPDATE ${table} SET ${column}_was = ${column}::jsonb WHERE ${column} IS NOT NULL`);
        await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column}`);
        await runner.query(`ALTER TABLE ${table} RENAME COLUMN ${column}_was TO ${column}`);
      }
      await runner.query(`
        ALTER TABLE ${table}
          ALTER COLUMN started SET NOT NULL, ALTER COLUMN extensions SET NOT NULL,
          ADD CONSTRAINT ${table}_completed CHECK ((completed_at IS NULL) = (completed IS NULL))`);
    }
  }
}

/** As `||` of jsonb: members keep their places, those that are new come last. */
async function createMerge(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE FUNCTION json_merged (base json, more json) RETURNS json
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT CASE
        WHEN more::text = '{}' THEN base
        WHEN base::text = '{}' THEN more
        ELSE (
          SELECT json_object_agg(key, value ORDER BY place) FROM (
            SELECT key, min(place) AS place, (array_agg(value ORDER BY place DESC))[1] AS value
              FROM (
                SELECT key, value, place FROM json_each(base) WITH ORDINALITY AS b (key, value, place)
                UNION ALL
                SELECT key, value, place + 1000000
                  FROM json_each(more) WITH ORDINALITY AS m (key, value, place)) members
             GROUP BY key) merged)
        END
    $$`);
}
