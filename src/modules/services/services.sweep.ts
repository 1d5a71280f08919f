import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../core/database/index.js';
import { ServiceInstanceRepository } from './service-instance.repository.js';
import { ServiceInstances } from './service-instances.js';
import { Sweeper, type SweepBatch, type SweepTask } from '../../core/scheduling/index.js';

/** Ends services whose time to live is over, with all that is theirs. */
@Injectable()
export class ServicesSweep implements SweepTask {
  readonly name = 'services';
  readonly order = 20;

  constructor(
    private readonly repository: ServiceInstanceRepository,
    private readonly instances: ServiceInstances,
    private readonly unitOfWork: UnitOfWork,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  async sweepBatch(limit: number): Promise<SweepBatch> {
    return this.unitOfWork.run(async () => {
      const expired = await this.repository.lockExpired(limit);
      await this.instances.end(expired, 'expired');
      return { removed: expired.length, lagMs: expired[0]?.lagMs ?? 0 };
    });
  }
}
