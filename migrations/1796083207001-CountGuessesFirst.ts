import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CountGuessesFirst1796083207001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE access_guess ADD COLUMN judging integer NOT NULL DEFAULT 0`);
    await runner.query(`
      COMMENT ON COLUMN access_guess.judging IS
        'calls with a code that were let in and are not known to be right or wrong yet'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE access_guess DROP COLUMN judging');
  }
}
