import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateStorage1795485600005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE storage_area (
        id         text COLLATE "C" PRIMARY KEY,
        owner      text,
        bound      boolean     NOT NULL DEFAULT false,
        kept_until timestamptz NOT NULL DEFAULT '-infinity',
        expires_at timestamptz NOT NULL
      ) WITH (autovacuum_vacuum_scale_factor = 0.02)`);
    await runner.query(`CREATE INDEX storage_area_expires_at ON storage_area (expires_at)`);
    await runner.query(`
      CREATE TABLE storage_entry (
        area_id      text COLLATE "C" NOT NULL,
        key          text COLLATE "C" NOT NULL,
        value        text,
        bytes        bytea,
        content_type text,
        file_name    text,
        expires_at   timestamptz NOT NULL,
        PRIMARY KEY (area_id, key),
        CONSTRAINT storage_entry_text_or_bytes CHECK ((value IS NULL) <> (bytes IS NULL))
      ) WITH (autovacuum_vacuum_scale_factor = 0.02)`);
    await runner.query(`ALTER TABLE storage_entry ALTER COLUMN bytes SET STORAGE EXTERNAL`);
    await runner.query(`
      CREATE INDEX storage_entry_expires_at ON storage_entry (expires_at)
       WHERE expires_at < 'infinity'`);
    await runner.query(`
      COMMENT ON COLUMN storage_area.owner IS
        'the gms_user of a custom area; null: anybody who knows the id';
    `);
    await runner.query(`
      COMMENT ON COLUMN storage_area.bound IS 'its end is set by the service that owns it'`);
    await runner.query(`
      COMMENT ON COLUMN storage_area.kept_until IS 'until then it lives without any key'`);
    await runner.query(`
      COMMENT ON COLUMN storage_area.expires_at IS
        'nothing in it lives longer; never below the end of any of its keys'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE storage_entry');
    await runner.query('DROP TABLE storage_area');
  }
}
