import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAccessResources1795485600006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE access_number (
        number    text COLLATE "C" PRIMARY KEY,
        display   text        NOT NULL,
        pool      text[]      NOT NULL,
        position  integer     NOT NULL,
        free_from timestamptz NOT NULL DEFAULT '-infinity'
      ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)`);
    await runner.query(`
      CREATE INDEX access_number_free ON access_number (pool, free_from, position)`);
    await runner.query(`
      COMMENT ON COLUMN access_number.pool IS
        'all groups it stands in, sorted; numbers of the same groups are one pool';
      COMMENT ON COLUMN access_number.free_from IS
        'when its booking ends, or since when it is unused'`);
    await runner.query(`
      CREATE TABLE access_group_pool (
        group_name text   NOT NULL,
        pool       text[] NOT NULL,
        PRIMARY KEY (group_name, pool)
      )`);
    await runner.query(`
      CREATE TABLE access_grant (
        owner_id     text COLLATE "C" PRIMARY KEY,
        sequence     bigint GENERATED ALWAYS AS IDENTITY,
        group_name   text        NOT NULL,
        number       text COLLATE "C" NOT NULL,
        display      text        NOT NULL,
        ani          text,
        code         text,
        booked       boolean     NOT NULL,
        booked_until timestamptz NOT NULL,
        expires_at   timestamptz NOT NULL,
        matched_at   timestamptz
      ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)`);
    await runner.query(`
      CREATE UNIQUE INDEX access_grant_booked ON access_grant (number) WHERE booked`);
    await runner.query(`
      CREATE UNIQUE INDEX access_grant_code ON access_grant (number, code) WHERE code IS NOT NULL`);
    await runner.query(`CREATE INDEX access_grant_number ON access_grant (number)`);
    await runner.query(`CREATE INDEX access_grant_expires_at ON access_grant (expires_at)`);
    await runner.query(`
      CREATE TABLE access_guess (
        number  text COLLATE "C" PRIMARY KEY,
        wrong   integer     NOT NULL,
        ends_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE access_guess');
    await runner.query('DROP TABLE access_grant');
    await runner.query('DROP TABLE access_group_pool');
    await runner.query('DROP TABLE access_number');
  }
}
