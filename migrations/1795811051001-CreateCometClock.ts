import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * For how long the database was away lately: comet sessions could not be heard of meanwhile, so that
 * this time does not count against them. Nodes beat; a gap between two beats is an outage. The
 * outage counts until every session that went on asking has had its time to come back.
 */
export class CreateCometClock1795811051001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE comet_clock (
        only_row     boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
        beat_at      timestamptz NOT NULL DEFAULT now(),
        lapse        interval    NOT NULL DEFAULT interval '0',
        lapse_until  timestamptz NOT NULL DEFAULT '-infinity'
      ) WITH (fillfactor = 50)`);
    await runner.query('INSERT INTO comet_clock DEFAULT VALUES');
    await runner.query(`
      CREATE VIEW comet_lapse AS
      SELECT CASE WHEN beat_at < lapse_until THEN lapse ELSE interval '0' END
             + CASE WHEN gap > interval '5 seconds' THEN gap ELSE interval '0' END AS lapse,
             gap > interval '5 seconds' AS is_new
        FROM (SELECT *, now() - beat_at AS gap FROM comet_clock) AS clock`);
    await runner.query(`
      COMMENT ON TABLE comet_clock IS 'one row: when a node was last able to write';
      COMMENT ON COLUMN comet_clock.lapse IS 'how long nobody was able to, while it counts';
      COMMENT ON VIEW comet_lapse IS 'time that does not count against comet sessions, and whether no beat has noted it yet'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW comet_lapse');
    await runner.query('DROP TABLE comet_clock');
  }
}
