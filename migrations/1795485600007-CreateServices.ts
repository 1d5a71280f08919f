import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateServices1795485600007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service_instance (
        id         text COLLATE "C" PRIMARY KEY,
        name       text        NOT NULL,
        type       text        NOT NULL,
        data_id    text COLLATE "C" NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      ) WITH (autovacuum_vacuum_scale_factor = 0.02)`);
    await runner.query(`CREATE INDEX service_instance_expires_at ON service_instance (expires_at)`);
    await runner.query(`
      COMMENT ON COLUMN service_instance.name IS 'the configured service, section service.<name>';
      COMMENT ON COLUMN service_instance.type IS 'the base service';
      COMMENT ON COLUMN service_instance.data_id IS 'its storage area'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE service_instance');
  }
}
