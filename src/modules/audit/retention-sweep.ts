import type { AgedEntries } from './aged-entries.repository.js';
import type { AuditSettings } from './audit-settings.js';
import type { Sweeper, SweepBatch, SweepTask } from '../../core/scheduling/index.js';

/** Removes entries of one audit that are older than `audit.retention`. */
export abstract class RetentionSweep implements SweepTask {
  protected constructor(
    readonly name: string,
    readonly order: number,
    private readonly entries: AgedEntries,
    private readonly settings: AuditSettings,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  sweepBatch(limit: number): Promise<SweepBatch> {
    return this.entries.sweep(limit, this.settings.current.retentionSeconds);
  }
}
