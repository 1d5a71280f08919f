import { Injectable } from '@nestjs/common';
import { CometEventRepository } from './delivery/comet-event.repository.js';
import { CometMaintenanceRepository } from './session/comet-maintenance.repository.js';
import { cometdSection } from './cometd.section.js';
import { SessionEndNotifier } from './session/session-end-notifier.js';
import { Sweeper, type SweepBatch, type SweepTask } from '../../core/scheduling/index.js';
import { Configuration } from '../../core/settings/index.js';

/** Finds out which sessions are lost, then forgets sessions and events nobody can come back to. */
@Injectable()
export class CometdSweep implements SweepTask {
  readonly name = 'cometd';
  readonly order = 60;

  constructor(
    private readonly sessions: CometMaintenanceRepository,
    private readonly events: CometEventRepository,
    private readonly ends: SessionEndNotifier,
    private readonly configuration: Configuration,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  async sweepBatch(limit: number): Promise<SweepBatch> {
    const { max_interval, retention } = this.configuration.get(cometdSection);
    const { hasFollowers: areFollowed } = this.ends;
    const lost = await this.sessions.markLost(limit, max_interval, retention, areFollowed);
    if (lost > 0) this.ends.wake();
    const removed = await this.sessions.sweep(limit, max_interval + retention);
    const swept = await this.events.sweep(limit, max_interval + retention);
    const untaken = await this.ends.sweep(limit);
    return { removed: Math.max(lost, removed, swept.removed, untaken), lagMs: swept.lagMs };
  }
}
