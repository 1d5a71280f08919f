import { Injectable } from '@nestjs/common';
import { AccessGrantRepository } from './access-grant.repository.js';
import { AccessGuessRepository } from './access-guess.repository.js';
import { AccessNumberRepository } from './access-number.repository.js';
import { Sweeper, type SweepBatch, type SweepTask } from '../../core/scheduling/index.js';

/**
 * Removes grants whose service ended, retired numbers and old guesses. A number needs no sweeper
 * to be free: its row says from when it is.
 */
@Injectable()
export class AccessResourcesSweep implements SweepTask {
  readonly name = 'access-resources';
  readonly order = 10;

  constructor(
    private readonly grants: AccessGrantRepository,
    private readonly numbers: AccessNumberRepository,
    private readonly guesses: AccessGuessRepository,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  async sweepBatch(limit: number): Promise<SweepBatch> {
    const grants = await this.grants.sweep(limit);
    const retired = await this.numbers.sweepRetired(limit);
    const guesses = await this.guesses.sweep(limit);
    return { removed: Math.max(grants.removed, retired, guesses), lagMs: grants.lag_ms };
  }
}
