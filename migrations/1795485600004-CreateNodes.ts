import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateNodes1795485600004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Rewritten by every heartbeat: room on the page keeps the updates off the index.
    await runner.query(`
      CREATE TABLE node (
        id         text COLLATE "C" PRIMARY KEY,
        status     text        NOT NULL DEFAULT 'ONLINE',
        version    text        NOT NULL,
        started_at timestamptz NOT NULL,
        seen_at    timestamptz NOT NULL,
        stopped_at timestamptz,
        CONSTRAINT node_status CHECK (status IN ('ONLINE', 'OFFLINE'))
      ) WITH (fillfactor = 50)`);
    await runner.query(`COMMENT ON COLUMN node.seen_at IS 'its last heartbeat'`);
    await runner.query(`
      COMMENT ON COLUMN node.stopped_at IS 'when it stopped of its own; null while it runs'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE node');
  }
}
