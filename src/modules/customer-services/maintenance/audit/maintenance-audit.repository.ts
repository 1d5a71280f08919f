import { Injectable } from '@nestjs/common';
import { Database, statement } from '../../../../core/database/index.js';
import type { TenantName } from '../../tenant.js';

/** A call as it was written down. */
export interface AuditRow {
  readonly id: number;
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly who: string;
  readonly begun: Date;
  readonly ended: Date | null;
  readonly services: number;
  readonly outcome: Outcome | null;
}

const begin = statement(
  'customerServices.auditBegin',
  `INSERT INTO cs_maintenance_audit (tenant, operation, parameters, who)
   VALUES ($1, $2, $3::jsonb, $4) RETURNING id::float8`,
);

const count = statement(
  'customerServices.auditCount',
  `UPDATE cs_maintenance_audit SET services = $2 WHERE id = $1`,
);

const end = statement(
  'customerServices.auditEnd',
  `UPDATE cs_maintenance_audit SET services = $2, outcome = $3, ended_at = statement_timestamp() WHERE id = $1`,
);

const newest = statement(
  'customerServices.auditNewest',
  `SELECT id::float8, operation, parameters, who, begun_at AS begun, ended_at AS ended,
          services::float8, outcome
     FROM cs_maintenance_audit WHERE tenant = $1 ORDER BY id DESC LIMIT $2`,
);

/** Who called for which maintenance, and what became of it. */
@Injectable()
export class MaintenanceAuditRepository {
  constructor(private readonly database: Database) {}

  /** @returns the entry's id */
  async begin({ tenant, operation, parameters, who }: MaintenanceCall): Promise<number> {
    const values = [tenant, operation, JSON.stringify(parameters), who];
    const row = await this.database.row<{ id: number }>(begin, values);
    if (row === undefined) throw new Error('an audit entry without an id');
    return row.id;
  }

  /** Notes how many services there were so far. */
  async count(id: number, services: number): Promise<void> {
    await this.database.execute(count, [id, services]);
  }

  async end(id: number, services: number, outcome: Outcome): Promise<void> {
    await this.database.execute(end, [id, services, outcome]);
  }

  /** A tenant's entries, the newest first. */
  listNewest(tenant: string, limit: number): Promise<AuditRow[]> {
    return this.database.rows<AuditRow>(newest, [tenant, limit]);
  }
}

/** Who called, for whom. */
export interface MaintenanceCaller {
  readonly tenant: TenantName;
  /** As the access policy names a caller, `key:<name>` or `address:<ip>`. */
  readonly who: string;
}

/** A call that the audit keeps. */
export interface MaintenanceCall extends MaintenanceCaller {
  readonly operation: 'stream' | 'files' | 'purge';
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * How a call ended. *aborted*: the client went away from a stream, or the node stopped. A call of
 * which nothing is known is under way, or its node died.
 */
export type Outcome = 'completed' | 'failed' | 'aborted';
