import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users' logs of events, and sessions as cursors into them. */
export class CreateCometd1795485600008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE comet_user (
        user_id    text COLLATE "C" PRIMARY KEY,
        last_seq   bigint      NOT NULL DEFAULT 0,
        touched_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 70)`);
    await runner.query(`
      CREATE TABLE comet_event (
        user_id    text COLLATE "C" NOT NULL,
        seq        bigint           NOT NULL,
        id         text COLLATE "C" NOT NULL,
        data       text             NOT NULL,
        created_at timestamptz      NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, seq),
        UNIQUE (user_id, id)
      ) WITH (autovacuum_vacuum_scale_factor = 0.02)`);
    await runner.query('CREATE INDEX comet_event_created_at ON comet_event (created_at)');
    await runner.query(`
      CREATE TABLE comet_session (
        client_id     text COLLATE "C" PRIMARY KEY,
        user_id       text COLLATE "C" NOT NULL,
        acknowledges  boolean     NOT NULL,
        subscriptions text[]      NOT NULL DEFAULT '{}',
        connected     boolean     NOT NULL DEFAULT false,
        cursor        bigint      NOT NULL,
        epoch         integer     NOT NULL DEFAULT 1,
        seen_at       timestamptz NOT NULL DEFAULT now(),
        lost_at       timestamptz
      ) WITH (fillfactor = 70)`);
    await runner.query('CREATE INDEX comet_session_user ON comet_session (user_id)');
    await runner.query('CREATE INDEX comet_session_seen_at ON comet_session (seen_at)');
    await runner.query(`
      COMMENT ON COLUMN comet_user.last_seq IS 'the number of the newest event; its lock orders commits';
      COMMENT ON COLUMN comet_session.cursor IS 'everything up to this number has reached the client';
      COMMENT ON COLUMN comet_session.epoch IS 'grows whenever another node takes the session over'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE comet_session, comet_event, comet_user');
  }
}
