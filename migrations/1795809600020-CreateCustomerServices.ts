import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Context Services: services with their states and tasks. There are no foreign keys: whoever writes
 * into a service or removes it holds its row locked, so that nothing is left without one.
 */
export class CreateCustomerServices1795809600020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createServices(runner);
    await createItems(runner, 'cs_state', 'previous_state_id');
    await createItems(runner, 'cs_task', 'state_id');
    await runner.query(`
      CREATE TABLE cs_maintenance_audit (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tenant     text COLLATE "C" NOT NULL,
        operation  text        NOT NULL,
        parameters jsonb       NOT NULL,
        who        text        NOT NULL,
        begun_at   timestamptz NOT NULL DEFAULT now(),
        ended_at   timestamptz,
        services   bigint      NOT NULL DEFAULT 0,
        outcome    text
      )`);
    await runner.query(`
      CREATE INDEX cs_maintenance_audit_tenant ON cs_maintenance_audit (tenant, id)`);
    await comment(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cs_maintenance_audit, cs_task, cs_state, cs_service');
  }
}

/** What is renewed by every write has no index, so that PostgreSQL updates the row in its place. */
async function createServices(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE cs_service (
      id                  uuid PRIMARY KEY,
      tenant              text COLLATE "C" NOT NULL,
      customer_id         text COLLATE "C",
      contact_key         text COLLATE "C",
      type                jsonb,
      started_at          timestamptz NOT NULL,
      started             jsonb       NOT NULL,
      est_duration        integer,
      completed_at        timestamptz,
      completed           jsonb,
      extensions          jsonb       NOT NULL,
      life_explicit       boolean     NOT NULL,
      expires_at          timestamptz NOT NULL,
      auto_complete_after integer,
      auto_complete_at    timestamptz,
      sweep_at            timestamptz NOT NULL,
      CONSTRAINT cs_service_of_somebody CHECK (customer_id IS NOT NULL OR contact_key IS NOT NULL),
      CONSTRAINT cs_service_completed CHECK ((completed_at IS NULL) = (completed IS NULL))
    ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)`);
  await runner.query(`
    CREATE INDEX cs_service_customer ON cs_service (tenant, customer_id, started_at, id)
     WHERE customer_id IS NOT NULL`);
  await runner.query(`
    CREATE INDEX cs_service_anonymous ON cs_service (tenant, contact_key, started_at, id)
     WHERE customer_id IS NULL`);
  await runner.query(`CREATE INDEX cs_service_started ON cs_service (tenant, started_at, id)`);
  await runner.query(`
    CREATE INDEX cs_service_completed_at ON cs_service (tenant, completed_at, id)
     WHERE completed_at IS NOT NULL`);
  await runner.query(`CREATE INDEX cs_service_sweep_at ON cs_service (sweep_at)`);
}

async function createItems(runner: QueryRunner, table: string, link: string): Promise<void> {
  await runner.query(`
    CREATE TABLE ${table} (
      service_id   uuid        NOT NULL,
      id           bigint GENERATED ALWAYS AS IDENTITY,
      ${link}      bigint,
      type         jsonb,
      started_at   timestamptz NOT NULL,
      started      jsonb       NOT NULL,
      est_duration integer,
      completed_at timestamptz,
      completed    jsonb,
      extensions   jsonb       NOT NULL,
      PRIMARY KEY (service_id, id),
      CONSTRAINT ${table}_completed CHECK ((completed_at IS NULL) = (completed IS NULL))
    ) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02)`);
}

async function comment(runner: QueryRunner): Promise<void> {
  const columns: Record<string, string> = {
    'cs_service.tenant': 'of the headers ContactCenterId and GroupId; empty: neither was sent',
    'cs_service.type': 'a JSON number or text, as it was given',
    'cs_service.started': 'common fields of the start event',
    'cs_service.completed': 'common fields of the end event, and the disposition',
    'cs_service.life_explicit': 'whether a caller set expires_at; else each write moves it',
    'cs_service.auto_complete_after': 'seconds; null: as section cview says',
    'cs_service.auto_complete_at':
      'when what is active is completed, unless somebody writes before',
    'cs_service.sweep_at':
      'not after expires_at and auto_complete_at; lags behind, so that most writes leave it alone',
    'cs_maintenance_audit.outcome': 'null: under way, or its node died',
  };
  for (const [column, text] of Object.entries(columns)) {
    await runner.query(`COMMENT ON COLUMN ${column} IS '${text}'`);
  }
}
