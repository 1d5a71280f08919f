import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a call with an idempotency key said, as a hash: its repeat has to say the same. */
export class ScopeIdempotencyKeys1796083203001 implements MigrationInterface {
  readonly name = 'ScopeIdempotencyKeys1796083203001';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['push_event', 'push_subscription']) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN idempotency_body text`);
      await runner.query(`
        COMMENT ON COLUMN ${table}.idempotency_key IS 'a hash of caller, user, call and key';
        COMMENT ON COLUMN ${table}.idempotency_body IS 'a hash of what the call said'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['push_event', 'push_subscription']) {
      await runner.query(`ALTER TABLE ${table} DROP COLUMN idempotency_body`);
    }
  }
}
