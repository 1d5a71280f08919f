import { Injectable } from '@nestjs/common';
import { StorageAreaRepository } from './storage-area.repository.js';
import { StorageEntryRepository } from './storage-entry.repository.js';
import { Sweeper, type SweepBatch, type SweepTask } from '../../core/scheduling/index.js';

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
    if (areas.hasMore) return { ...areas, removed: Math.max(areas.removed, areas.entries) };
    const entries = await this.entries.sweep(limit);
    return {
      removed: Math.max(areas.removed, areas.entries, entries.removed),
      hasMore: entries.hasMore,
      lagMs: Math.max(areas.lagMs, entries.lagMs),
    };
  }
}
