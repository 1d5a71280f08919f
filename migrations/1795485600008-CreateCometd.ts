import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users' logs of events. */
export class CreateCometd1795485600008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE comet_user (
        user_id text PRIMARY KEY,
        last_seq bigint NOT NULL
      );
      CREATE TABLE comet_event (
        user_id text NOT NULL,
        seq bigint NOT NULL,
        id text NOT NULL,
        data text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, seq),
        UNIQUE (user_id, id)
      );
    `);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations are forward-only'));
  }
}
