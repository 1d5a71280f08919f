import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Subscriptions, the events that were published, and what was made of each for whom. */
export class CreateNotification1795485600009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createSubscriptions(runner);
    await createEvents(runner);
    await createDeliveries(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE push_ledger, push_delivery, push_event, push_subscription');
  }
}

async function createSubscriptions(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE push_subscription (
      id                   uuid PRIMARY KEY,
      subscriber_id        text COLLATE "C" NOT NULL,
      filter               text COLLATE "C" NOT NULL,
      type                 text COLLATE "C" NOT NULL,
      device_id            text COLLATE "C" NOT NULL,
      provider             text COLLATE "C",
      debug                boolean          NOT NULL,
      language             text COLLATE "C",
      authorization_header text,
      properties           jsonb            NOT NULL,
      lane                 text COLLATE "C" NOT NULL,
      idempotency_key      text COLLATE "C" UNIQUE,
      created_at           timestamptz      NOT NULL DEFAULT now(),
      expires_at           timestamptz      NOT NULL,
      ended_at             timestamptz,
      end_code             text,
      end_reason           text
    )`);
  await runner.query(`
    CREATE INDEX push_subscription_filter ON push_subscription (filter) WHERE ended_at IS NULL`);
  await runner.query(`
    CREATE INDEX push_subscription_subscriber ON push_subscription (subscriber_id)`);
  await runner.query('CREATE INDEX push_subscription_expires_at ON push_subscription (expires_at)');
  await runner.query('CREATE INDEX push_subscription_created_at ON push_subscription (created_at)');
  await runner.query(`
    CREATE INDEX push_subscription_ended_at ON push_subscription (ended_at)
     WHERE ended_at IS NOT NULL`);
  await runner.query(`
    COMMENT ON COLUMN push_subscription.device_id IS 'for comet the user';
    COMMENT ON COLUMN push_subscription.lane IS 'what concurrency and breakers count by'`);
}

async function createEvents(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE push_event (
      id              uuid PRIMARY KEY,
      tag             text COLLATE "C" NOT NULL,
      message         text             NOT NULL,
      localized       boolean          NOT NULL,
      arguments       jsonb            NOT NULL,
      accepted        integer          NOT NULL,
      idempotency_key text COLLATE "C" UNIQUE,
      created_at      timestamptz      NOT NULL DEFAULT now(),
      keep_until      timestamptz      NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0.02)`);
  await runner.query('CREATE INDEX push_event_keep_until ON push_event (keep_until)');
  await runner.query(`
    COMMENT ON COLUMN push_event.accepted IS 'how many deliveries it was to be, for the ledger'`);
}

async function createDeliveries(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE push_delivery (
      seq                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      message_id           uuid             NOT NULL DEFAULT gen_random_uuid(),
      event_id             uuid             NOT NULL,
      subscription_id      uuid,
      type                 text COLLATE "C" NOT NULL,
      device_id            text             NOT NULL,
      provider             text,
      debug                boolean          NOT NULL,
      language             text,
      authorization_header text,
      lane                 text COLLATE "C" NOT NULL,
      state                text COLLATE "C" NOT NULL
        CHECK (state IN ('pending', 'delivered', 'dead', 'expired')),
      attempts             integer          NOT NULL DEFAULT 0,
      claims               integer          NOT NULL DEFAULT 0,
      taken_by             text,
      due_at               timestamptz      NOT NULL,
      expires_at           timestamptz      NOT NULL,
      last_code            text,
      last_error           text,
      created_at           timestamptz      NOT NULL DEFAULT now(),
      ended_at             timestamptz
    ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)`);
  await runner.query(`
    CREATE INDEX push_delivery_due ON push_delivery (lane, due_at) WHERE state = 'pending'`);
  await runner.query(`
    CREATE INDEX push_delivery_expires_at ON push_delivery (expires_at) WHERE state = 'pending'`);
  await runner.query(`
    CREATE INDEX push_delivery_ended ON push_delivery (state, ended_at) WHERE state <> 'pending'`);
  await runner.query('CREATE INDEX push_delivery_event ON push_delivery (event_id)');
  await runner.query(`
    CREATE INDEX push_delivery_subscription ON push_delivery (subscription_id)
     WHERE state = 'pending'`);
  await runner.query(`
    CREATE TABLE push_ledger (state text COLLATE "C" PRIMARY KEY, count bigint NOT NULL)`);
  await runner.query(`
    COMMENT ON COLUMN push_delivery.claims IS 'grows with every lease; fences off a late worker';
    COMMENT ON COLUMN push_delivery.due_at IS 'when it is to be tried, or when its lease ends';
    COMMENT ON TABLE push_ledger IS 'how many there were of what has been swept'`);
}
