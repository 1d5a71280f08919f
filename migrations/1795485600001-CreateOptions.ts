import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOptions1795485600001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE option_section (
        name       text COLLATE "C" PRIMARY KEY,
        options    jsonb       NOT NULL
                   CONSTRAINT option_section_is_map CHECK (jsonb_typeof(options) = 'object'),
        position   integer     NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      COMMENT ON COLUMN option_section.position IS 'the order in which sections were written'`);

    // One row, which whoever writes sections raises: nodes ask it whether anything has changed.
    await runner.query(`
      CREATE TABLE option_version (
        only_one boolean PRIMARY KEY DEFAULT true CONSTRAINT option_version_is_one CHECK (only_one),
        version  bigint  NOT NULL
      )`);
    await runner.query('INSERT INTO option_version (version) VALUES (0)');

    await runner.query(`
      CREATE TABLE option_audit (
        id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at      timestamptz NOT NULL DEFAULT now(),
        actor   text        NOT NULL,
        action  text        NOT NULL,
        section text COLLATE "C" NOT NULL,
        before  jsonb,
        after   jsonb
      )`);
    await runner.query('CREATE INDEX option_audit_section ON option_audit (section, id)');
    await runner.query(`
      COMMENT ON COLUMN option_audit.before IS 'secrets masked; NULL: the section was new'`);
    await runner.query(`
      COMMENT ON COLUMN option_audit.after IS 'secrets masked; NULL: the section is gone'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE option_audit, option_version, option_section');
  }
}
