import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAccessKeys1795485600002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE access_key (
        id           uuid        PRIMARY KEY,
        name         text COLLATE "C" NOT NULL CONSTRAINT access_key_name UNIQUE,
        hash         bytea       NOT NULL CONSTRAINT access_key_hash UNIQUE,
        roles        text[]      NOT NULL CONSTRAINT access_key_has_roles CHECK (cardinality(roles) > 0),
        created_at   timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz
      )`);
    await runner.query(`
      COMMENT ON COLUMN access_key.hash IS
        'SHA-256 of the key, which itself is nowhere; a key has 256 random bits'`);
    await runner.query(`
      COMMENT ON COLUMN access_key.last_used_at IS 'true to about a minute'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE access_key');
  }
}
