import { Injectable } from '@nestjs/common';
import { NodeRepository } from './node.repository.js';
import { Sweeper, type SweepBatch, type SweepTask } from '../../core/scheduling/index.js';

/** Forgets nodes that have been gone for a day. */
@Injectable()
export class NodeSweep implements SweepTask {
  readonly name = 'nodes';
  readonly order = 95;

  constructor(
    private readonly repository: NodeRepository,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  sweepBatch(limit: number): Promise<SweepBatch> {
    return this.repository.sweep(limit);
  }
}
