import { Injectable } from '@nestjs/common';
import { Database } from '../../core/database/index.js';
import { AgedEntries } from './aged-entries.repository.js';
import { AuditSettings } from './audit-settings.js';
import { RetentionSweep } from './retention-sweep.js';
import { Sweeper } from '../../core/scheduling/index.js';

/** Removes old entries of the audit. */
@Injectable()
export class AuditSweep extends RetentionSweep {
  constructor(database: Database, settings: AuditSettings, sweeper: Sweeper) {
    const entries = new AgedEntries(database, 'audit.sweep', 'audit_entry', 'at');
    super('audit', 90, entries, settings, sweeper);
  }
}
