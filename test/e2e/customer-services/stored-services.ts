import { randomUUID } from 'node:crypto';
import { serviceIdOf } from '../../../src/modules/customer-services/domain/service-id.js';
import { databaseRows } from '../../support/database-rows.js';
import type { RunningServer } from '../../support/test-server.js';

type Database = Pick<RunningServer, 'databaseUrl'>;
type Fields = Readonly<Record<string, unknown>>;

/** A state or task as a test wants it; times are of ISO 8601. */
export interface StoredItem {
  readonly type?: string | number;
  readonly state_id?: number;
  readonly previous_state_id?: number;
  readonly started: string;
  readonly startedFields?: Fields;
  readonly est?: number;
  readonly completed?: string;
  readonly completedFields?: Fields;
  readonly extensions?: Fields;
}

export interface StoredService extends StoredItem {
  readonly uuid?: string;
  readonly tenant?: string;
  /** Absent: anonymous. */
  readonly customer?: string;
  readonly contact?: string;
  readonly expires?: string;
  readonly autoComplete?: string;
  readonly states?: readonly StoredItem[];
  readonly tasks?: readonly StoredItem[];
}

/** The tenant of the header `ContactCenterId` alone. */
export const tenantOf = (contactCenter: string): string => JSON.stringify([contactCenter, null]);

/** Writes services into the tables, with whatever past a test needs; returns their ids. */
export async function storeServices(
  database: Database,
  ...services: StoredService[]
): Promise<string[]> {
  const ids: string[] = [];
  for (const service of services) {
    const uuid = service.uuid ?? randomUUID();
    const { customer = null, contact = customer === null ? 'somebody' : null } = service;
    await databaseRows(
      database,
      `INSERT INTO cs_service (id, tenant, customer_id, contact_key, type, started_at, started,
         est_duration, completed_at, completed, extensions, life_explicit, expires_at,
         auto_complete_at, sweep_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, false, $12, $13, 'infinity')`,
      [
        ...[uuid, service.tenant ?? '', customer, contact, ...itemValues(service)],
        ...[service.expires ?? '2100-01-01T00:00:00Z', service.autoComplete],
      ],
    );
    for (const state of service.states ?? []) await storeItem(database, 'state', uuid, state);
    for (const task of service.tasks ?? []) await storeItem(database, 'task', uuid, task);
    ids.push(serviceIdOf(uuid));
  }
  return ids;
}

async function storeItem(
  database: Database,
  kind: 'state' | 'task',
  uuid: string,
  item: StoredItem,
): Promise<void> {
  const link = kind === 'state' ? 'previous_state_id' : 'state_id';
  await databaseRows(
    database,
    `INSERT INTO cs_${kind} (service_id, ${link}, type, started_at, started, est_duration,
       completed_at, completed, extensions) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [uuid, item[link], ...itemValues(item)],
  );
}

function itemValues(item: StoredItem): unknown[] {
  return [
    item.type === undefined ? null : JSON.stringify(item.type),
    item.started,
    item.startedFields ?? {},
    item.est,
    item.completed,
    item.completed === undefined ? null : (item.completedFields ?? {}),
    item.extensions ?? {},
  ];
}

/**
 * Writes many services at once: the n-th started n milliseconds after 2026-01-01, every second one
 * is anonymous, every third one completed; each with two states and a task.
 * @param extra what each service has as the extension `Extra`
 */
export async function storeMany(
  database: Database,
  count: number,
  { tenant = '', extra = 'some words' } = {},
): Promise<void> {
  await databaseRows(
    database,
    `WITH made AS (
       INSERT INTO cs_service (id, tenant, customer_id, contact_key, type, started_at, started,
         completed_at, completed, extensions, life_explicit, expires_at, sweep_at)
       SELECT gen_random_uuid(), $2, CASE WHEN n % 2 = 0 THEN 'customer-' || n END, 'contact-' || n,
              '"sale"', at, '{"media_type": "voice"}', CASE WHEN n % 3 = 0 THEN at + interval '1 h' END,
              CASE WHEN n % 3 = 0 THEN '{"disposition": "done"}'::jsonb END,
              jsonb_build_object('Extra', $3::text), false, 'infinity', 'infinity'
         FROM generate_series(1, $1) AS n,
              LATERAL (SELECT timestamptz '2026-01-01 00:00:00Z' + n * interval '1 ms' AS at) AS t
       RETURNING id, started_at),
     states AS (
       INSERT INTO cs_state (service_id, started_at, started, extensions)
       SELECT id, started_at, '{}', '{}' FROM made, generate_series(1, 2))
     INSERT INTO cs_task (service_id, started_at, started, extensions)
     SELECT id, started_at, '{}', '{}' FROM made`,
    [count, tenant, extra],
  );
  await databaseRows(database, 'ANALYZE cs_service, cs_state, cs_task');
}

/** How many rows there are, and how many states and tasks have lost their service. */
export async function rowCounts(database: Database): Promise<Record<string, number>> {
  const [counts] = await databaseRows(
    database,
    `SELECT (SELECT count(*)::int FROM cs_service) AS services,
            (SELECT count(*)::int FROM cs_state) AS states,
            (SELECT count(*)::int FROM cs_task) AS tasks,
            (SELECT count(*)::int FROM (
               SELECT service_id FROM cs_state UNION ALL SELECT service_id FROM cs_task) item
              WHERE NOT EXISTS (SELECT FROM cs_service s WHERE s.id = item.service_id)) AS orphans`,
  );
  return counts as Record<string, number>;
}

export async function removeServices(database: Database): Promise<void> {
  await databaseRows(database, 'TRUNCATE cs_service, cs_state, cs_task, cs_maintenance_audit');
}
