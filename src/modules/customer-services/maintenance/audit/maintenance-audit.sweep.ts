import { Injectable } from '@nestjs/common';
import { Sweeper, type SweepBatch, type SweepTask } from '../../../../core/timers/index.js';
import { AuditSettings } from '../../../audit/index.js';
import { MaintenanceAuditRepository } from './maintenance-audit.repository.js';

/** Removes entries that are older than `audit.retention`. */
@Injectable()
export class MaintenanceAuditSweep implements SweepTask {
  readonly name = 'maintenance-audit';
  readonly order = 91;

  constructor(
    private readonly repository: MaintenanceAuditRepository,
    private readonly settings: AuditSettings,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  sweepBatch(limit: number): Promise<SweepBatch> {
    return this.repository.sweep(limit, this.settings.current.retentionSeconds);
  }
}
