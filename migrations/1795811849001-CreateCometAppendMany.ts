import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Events for the logs of users, each its own, for statements that store what many publish at once.
 * Each user's row is incremented once, under its lock, in the order of users; the events of one
 * user are numbered in the order in which they stand.
 */
export class CreateCometAppendMany1795811849001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION comet_append_many(users text[], event_ids text[], events text[])
      RETURNS TABLE (mail_id text, mail_seq double precision)
      LANGUAGE plpgsql VOLATILE AS $function$
      BEGIN
        IF users IS NULL THEN
          RETURN;
        END IF;
        RETURN QUERY
          WITH mail AS (
            SELECT name COLLATE "C" AS name, event_id, event,
                   row_number() OVER (PARTITION BY name COLLATE "C" ORDER BY place DESC) - 1
                     AS from_last
              FROM unnest(users, event_ids, events)
                     WITH ORDINALITY AS mail (name, event_id, event, place)
          ), log AS (
            INSERT INTO comet_user AS u (user_id, last_seq)
            SELECT name, count(*) FROM mail GROUP BY name ORDER BY name
            ON CONFLICT (user_id) DO UPDATE
               SET last_seq = u.last_seq + excluded.last_seq, touched_at = now()
            RETURNING user_id, last_seq
          )
          INSERT INTO comet_event AS e (user_id, seq, id, data)
          SELECT log.user_id, log.last_seq - from_last, event_id, event
            FROM mail JOIN log ON log.user_id = mail.name
          ON CONFLICT (user_id, id) DO NOTHING
          RETURNING e.id, e.seq::double precision;
      END
      $function$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION comet_append_many(text[], text[], text[])');
  }
}
