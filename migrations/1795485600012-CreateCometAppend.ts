import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One event for the logs of many users, for statements that do more than that at once: a publisher
 * stores its event, its deliveries and their mail in one round trip. Each user's row is incremented
 * under its lock, in the order of users, so that the order of numbers is the order of commits.
 */
export class CreateCometAppend1795485600012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION comet_append(users text[], event_id text, event_data text)
      RETURNS TABLE (mail_user text, mail_seq double precision)
      LANGUAGE plpgsql VOLATILE AS $function$
      BEGIN
        IF users IS NULL OR event_data IS NULL THEN
          RETURN;
        END IF;
        RETURN QUERY
          WITH log AS (
            INSERT INTO comet_user AS u (user_id, last_seq)
            SELECT DISTINCT name COLLATE "C", 1 FROM unnest(users) AS name ORDER BY 1
            ON CONFLICT (user_id) DO UPDATE SET last_seq = u.last_seq + 1, touched_at = now()
            RETURNING user_id, last_seq
          )
          INSERT INTO comet_event AS e (user_id, seq, id, data)
          SELECT log.user_id, log.last_seq, event_id, event_data FROM log
          ON CONFLICT (user_id, id) DO NOTHING
          RETURNING e.user_id, e.seq::double precision;
      END
      $function$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION comet_append(text[], text, text)');
  }
}
