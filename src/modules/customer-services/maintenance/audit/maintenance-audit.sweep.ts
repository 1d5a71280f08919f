import { Injectable } from '@nestjs/common';
import { Database } from '../../../../core/database/index.js';
import { AgedEntries, AuditSettings, RetentionSweep } from '../../../audit/index.js';
import { Sweeper } from '../../../../core/scheduling/index.js';

/** Removes old entries of the audit of maintenance. */
@Injectable()
export class MaintenanceAuditSweep extends RetentionSweep {
  constructor(database: Database, settings: AuditSettings, sweeper: Sweeper) {
    const table = 'cs_maintenance_audit';
    const entries = new AgedEntries(database, 'customerServices.auditSweep', table, 'begun_at');
    super('maintenance-audit', 91, entries, settings, sweeper);
  }
}
