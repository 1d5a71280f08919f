import type { MigrationInterface, QueryRunner } from 'typeorm';

/** As json the options of a section keep the order in which they were written; jsonb has its own. */
export class KeepOrderOfOptions1796083205001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE option_section
        DROP CONSTRAINT option_section_is_map,
        ALTER COLUMN options TYPE json,
        ADD CONSTRAINT option_section_is_map CHECK (json_typeof(options) = 'object')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE option_section
        DROP CONSTRAINT option_section_is_map,
        ALTER COLUMN options TYPE jsonb,
        ADD CONSTRAINT option_section_is_map CHECK (jsonb_typeof(options) = 'object')`);
  }
}
