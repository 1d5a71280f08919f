import { Injectable } from '@nestjs/common';
import { Sweeper, type SweepBatch, type SweepTask } from '../../core/timers/index.js';
import { StorageAreaRepository } from './storage-area.repository.js';
import { StorageEntryRepository } from './storage-entry.repository.js';

/** Removes ended areas with all their keys, then keys that end before their area does. */
@Injectable()
export class StorageSweep implements SweepTask {
  readonly name = 'storage';
  readonly order = 30;

  constructor(
    private readonly areas: StorageAreaRepository,
    private readonly entries: StorageEntryRepository,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  async sweepBatch(limit: number): Promise<SweepBatch> {
    const areas = await this.areas.sweep(limit);
    if (areas.removed >= limit) return { removed: areas.removed, lagMs: areas.lag_ms };
    const entries = await this.entries.sweep(limit);
    return {
      removed: Math.max(areas.removed, entries.removed),
      lagMs: Math.max(areas.lag_ms, entries.lag_ms),
    };
  }
}
