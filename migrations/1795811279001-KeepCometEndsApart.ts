import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * That a comet session has ended stands in a column of its own, and the sweeper goes by when a
 * session is due to be looked at. Nothing that changes with every sign of life is indexed any more,
 * so that those updates touch no index (HOT).
 */
export class KeepCometEndsApart1795811279001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE comet_session
        ADD COLUMN ended  boolean     NOT NULL DEFAULT false,
        ADD COLUMN due_at timestamptz NOT NULL DEFAULT now()`);
    await runner.query('UPDATE comet_session SET ended = true WHERE seen_at = to_timestamp(0)');
    await runner.query('DROP INDEX comet_session_seen_at');
    await runner.query('CREATE INDEX comet_session_due_at ON comet_session (due_at)');
    await runner.query(`
      COMMENT ON COLUMN comet_session.ended IS 'its client cannot come back, and its place is passed on no more';
      COMMENT ON COLUMN comet_session.lost_at IS 'when those who follow sessions were told that it is lost';
      COMMENT ON COLUMN comet_session.due_at IS 'when the sweeper looks at it next'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('UPDATE comet_session SET seen_at = to_timestamp(0) WHERE ended');
    await runner.query('ALTER TABLE comet_session DROP COLUMN ended, DROP COLUMN due_at');
    await runner.query('CREATE INDEX comet_session_seen_at ON comet_session (seen_at)');
  }
}
