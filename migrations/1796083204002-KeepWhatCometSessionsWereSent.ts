import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far a comet session was sent its log, so that no node believes it to have got more. */
export class KeepWhatCometSessionsWereSent1796083204002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE comet_session ADD COLUMN sent bigint');
    await runner.query(`
      COMMENT ON COLUMN comet_session.sent IS 'the highest number that was sent to the client; null: not known'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE comet_session DROP COLUMN sent');
  }
}
