import { Injectable } from '@nestjs/common';
import { Sweeper, type SweepBatch, type SweepTask } from '../../core/timers/index.js';
import { AuditSettings } from './audit-settings.js';
import { AuditRepository } from './audit.repository.js';

/** Removes entries that are older than `audit.retention`. */
@Injectable()
export class AuditSweep implements SweepTask {
  readonly name = 'audit';
  readonly order = 90;

  constructor(
    private readonly repository: AuditRepository,
    private readonly settings: AuditSettings,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  sweepBatch(limit: number): Promise<SweepBatch> {
    return this.repository.sweep(limit, this.settings.current.retentionSeconds);
  }
}
