import { Injectable } from '@nestjs/common';
import { OutboxRepository } from './outbox.repository.js';
import { Sweeper, type SweepBatch, type SweepTask } from '../scheduling/index.js';

/** How long a key is remembered after its effect came about, hours. */
const doneHours = 24;

/** How long a dead effect can be looked at, hours. */
const deadHours = 30 * 24;

/** Forgets effects that ended long ago. */
@Injectable()
export class OutboxSweep implements SweepTask {
  readonly name = 'outbox';
  readonly order = 90;

  constructor(
    private readonly repository: OutboxRepository,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  async sweepBatch(limit: number): Promise<SweepBatch> {
    const done = await this.repository.sweep('done', doneHours, limit);
    if (done.removed >= limit) return done;
    const dead = await this.repository.sweep('dead', deadHours, limit);
    return {
      removed: Math.max(done.removed, dead.removed),
      lagMs: Math.max(done.lagMs, dead.lagMs),
    };
  }
}
