import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Ends of comet sessions that those who follow sessions have not taken yet: noted by the statement
 * that ends the session, handed over by whichever node claims them, removed when they were taken.
 */
export class CreateCometSessionEnds1796083204001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE comet_session_end (
        client_id text COLLATE "C" PRIMARY KEY,
        user_id   text COLLATE "C" NOT NULL,
        kind      text COLLATE "C" NOT NULL CHECK (kind IN ('disconnected', 'lost')),
        ext       text             NOT NULL DEFAULT '{}',
        claims    integer          NOT NULL DEFAULT 0,
        due_at    timestamptz      NOT NULL DEFAULT now(),
        ended_at  timestamptz      NOT NULL DEFAULT now()
      ) WITH (autovacuum_vacuum_scale_factor = 0.02)`);
    await runner.query('CREATE INDEX comet_session_end_due_at ON comet_session_end (due_at)');
    await runner.query('CREATE INDEX comet_session_end_ended_at ON comet_session_end (ended_at)');
    await runner.query(`
      COMMENT ON COLUMN comet_session_end.ext IS 'what the disconnect carried, JSON as the client sent it';
      COMMENT ON COLUMN comet_session_end.claims IS 'grows with every lease; fences off a late node';
      COMMENT ON COLUMN comet_session_end.due_at IS 'when it is to be handed over, or when its lease ends'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE comet_session_end');
  }
}
