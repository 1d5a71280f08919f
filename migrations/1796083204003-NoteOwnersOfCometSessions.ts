import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which node answers for a comet session: whoever takes it over waits for its word while it lives. */
export class NoteOwnersOfCometSessions1796083204003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE comet_session ADD COLUMN owner text');
    await runner.query(`
      COMMENT ON COLUMN comet_session.owner IS
        'the id on the bus of the node that answers for it; null: not known'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE comet_session DROP COLUMN owner');
  }
}
