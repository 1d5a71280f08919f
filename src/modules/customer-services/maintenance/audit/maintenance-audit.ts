import { Injectable } from '@nestjs/common';
import { Log } from '../../../../core/observability/index.js';
import type { TenantName } from '../../tenant.js';
import { LongWorkGate } from '../long-work-gate.js';
import {
  MaintenanceAuditRepository,
  type MaintenanceCall,
  type Outcome,
} from './maintenance-audit.repository.js';
import { MaintenanceRun } from './maintenance-run.js';

/** An entry of the audit, as it is answered. */
export interface AuditEntry {
  readonly id: number;
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly who: string;
  /** Times of ISO 8601. */
  readonly begun: string;
  readonly ended: string | null;
  /** How many services were exported or purged so far. */
  readonly services: number;
  /** null: under way, or its node died. */
  readonly outcome: Outcome | null;
}

/** Writes down who exports and purges services. */
@Injectable()
export class MaintenanceAudit {
  constructor(
    private readonly repository: MaintenanceAuditRepository,
    private readonly workGate: LongWorkGate,
    private readonly log: Log,
  ) {}

  /** Writes a call down before any of it is done. */
  async startRun(call: MaintenanceCall): Promise<MaintenanceRun> {
    const id = await this.repository.begin(call);
    return new MaintenanceRun(id, call, this.repository, this.log, this.workGate.trackWork());
  }

  /** A tenant's entries, the newest first. */
  async listNewest(tenant: TenantName, limit: number): Promise<AuditEntry[]> {
    const rows = await this.repository.listNewest(tenant, limit);
    return rows.map(({ begun, ended, ...row }) => ({
      ...row,
      begun: begun.toISOString(),
      ended: ended?.toISOString() ?? null,
    }));
  }
}
