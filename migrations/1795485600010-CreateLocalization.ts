import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The localization file that an operator uploaded, for all nodes. */
export class CreateLocalization1795485600010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE push_localization (
        is_the_one  boolean PRIMARY KEY DEFAULT true CHECK (is_the_one),
        xml         text        NOT NULL,
        uploaded_by text        NOT NULL,
        uploaded_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE push_localization');
  }
}
