import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Apple refuses providers that make tokens too often: all nodes share one for each key. */
export class CreateProviderTokens1795485600011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE push_provider_token (
        key       text COLLATE "C" PRIMARY KEY,
        token     text        NOT NULL,
        issued_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      COMMENT ON COLUMN push_provider_token.key IS 'a hash of the key, its id and its team'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE push_provider_token');
  }
}
