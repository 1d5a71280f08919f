import { Injectable } from '@nestjs/common';
import { Sweeper, type SweepBatch, type SweepTask } from '../../core/timers/index.js';
import { Configuration } from '../options/index.js';
import { CometEventRepository } from './comet-event.repository.js';
import { CometUpkeepRepository } from './comet-upkeep.repository.js';
import { cometdSection } from './cometd-section.js';
import { CometSessionLife } from './session-life.js';

/** Says which sessions are lost, then forgets sessions and events that nobody can come back to. */
@Injectable()
export class CometdSweep implements SweepTask {
  readonly name = 'cometd';
  readonly order = 60;

  constructor(
    private readonly sessions: CometUpkeepRepository,
    private readonly events: CometEventRepository,
    private readonly life: CometSessionLife,
    private readonly configuration: Configuration,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  async sweepBatch(limit: number): Promise<SweepBatch> {
    const { max_interval, retention } = this.configuration.get(cometdSection);
    const lost = await this.sessions.markLost(limit, max_interval, retention);
    for (const session of lost) await this.life.tell((listener) => listener.lost?.(session));
    const removed = await this.sessions.sweep(limit, max_interval + retention);
    const swept = await this.events.sweep(limit, max_interval + retention);
    return { removed: Math.max(lost.length, removed, swept.removed), lagMs: swept.lagMs };
  }
}
