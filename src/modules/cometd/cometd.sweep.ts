import { Injectable } from '@nestjs/common';
import { Sweeper, type SweepBatch, type SweepTask } from '../../core/timers/index.js';
import { Configuration } from '../options/index.js';
import { CometEventRepository } from './comet-event.repository.js';
import { CometUpkeepRepository } from './comet-upkeep.repository.js';
import { cometdSection } from './cometd-section.js';
import { SessionEnds } from './session-ends.js';

/** Finds out which sessions are lost, then forgets sessions and events nobody can come back to. */
@Injectable()
export class CometdSweep implements SweepTask {
  readonly name = 'cometd';
  readonly order = 60;

  constructor(
    private readonly sessions: CometUpkeepRepository,
    private readonly events: CometEventRepository,
    private readonly ends: SessionEnds,
    private readonly configuration: Configuration,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  async sweepBatch(limit: number): Promise<SweepBatch> {
    const { max_interval, retention } = this.configuration.get(cometdSection);
    const { areFollowed } = this.ends;
    const lost = await this.sessions.markLost(limit, max_interval, retention, areFollowed);
    if (lost > 0) this.ends.ring();
    const removed = await this.sessions.sweep(limit, max_interval + retention);
    const swept = await this.events.sweep(limit, max_interval + retention);
    const untaken = await this.ends.sweep(limit);
    return { removed: Math.max(lost, removed, swept.removed, untaken), lagMs: swept.lagMs };
  }
}
