import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOutboxAndTimers1795485600003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createOutbox(runner);
    await createTimers(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE timer');
    await runner.query('DROP TABLE outbox_effect');
  }
}

async function createOutbox(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE outbox_effect (
      id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      kind        text COLLATE "C" NOT NULL,
      key         text COLLATE "C" NOT NULL,
      lane        text COLLATE "C" NOT NULL DEFAULT '',
      payload     jsonb,
      state       text        NOT NULL DEFAULT 'pending',
      due_at      timestamptz NOT NULL,
      attempts    integer     NOT NULL DEFAULT 0,
      claims      integer     NOT NULL DEFAULT 0,
      taken_by    text,
      last_error  text,
      finished_at timestamptz,
      CONSTRAINT outbox_effect_key UNIQUE (kind, key),
      CONSTRAINT outbox_effect_state CHECK (state IN ('pending', 'done', 'dead')),
      CONSTRAINT outbox_effect_finished CHECK ((state = 'pending') = (finished_at IS NULL))
    ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)`);
  // A worker takes from each lane what is due first.
  await runner.query(`
    CREATE INDEX outbox_effect_pending ON outbox_effect (kind, lane, due_at)
     WHERE state = 'pending'`);
  await runner.query(`
    CREATE INDEX outbox_effect_done ON outbox_effect (finished_at) WHERE state = 'done'`);
  await runner.query(`
    CREATE INDEX outbox_effect_dead ON outbox_effect (finished_at) WHERE state = 'dead'`);
  await runner.query(`
    COMMENT ON COLUMN outbox_effect.due_at IS
      'when a worker may take it; while one has it, when its lease ends'`);
  await runner.query(`
    COMMENT ON COLUMN outbox_effect.claims IS
      'how often it was taken; with the id it fences off a worker whose lease was lost'`);
  await runner.query(`
    COMMENT ON COLUMN outbox_effect.taken_by IS 'the node that has it; null: nobody'`);
}

async function createTimers(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE timer (
      kind       text COLLATE "C" NOT NULL,
      key        text COLLATE "C" NOT NULL,
      setting    bigint GENERATED ALWAYS AS IDENTITY,
      payload    jsonb,
      due_at     timestamptz NOT NULL,
      try_at     timestamptz NOT NULL,
      attempts   integer     NOT NULL DEFAULT 0,
      last_error text,
      PRIMARY KEY (kind, key)
    ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)`);
  await runner.query('CREATE INDEX timer_try_at ON timer (kind, try_at)');
  await runner.query(`
    COMMENT ON COLUMN timer.setting IS 'another at every setting of the same timer'`);
  await runner.query(`
    COMMENT ON COLUMN timer.try_at IS 'due_at, or later when its handler has failed'`);
}
