import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An access key may end, and may be for some tenants alone. */
export class LimitAccessKeys1796083201001 implements MigrationInterface {
  readonly name = 'LimitAccessKeys1796083201001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE access_key ADD COLUMN expires_at timestamptz, ADD COLUMN tenants text[]`,
    );
    await runner.query(`
      COMMENT ON COLUMN access_key.expires_at IS 'null: it never ends';
      COMMENT ON COLUMN access_key.tenants IS 'values of ContactCenterId; null: all tenants'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE access_key DROP COLUMN expires_at, DROP COLUMN tenants`);
  }
}
