import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../core/database/index.js';
import { AutoCompletionRepository } from './service/auto-completion.repository.js';
import { ServiceRemovalRepository } from './service/service-removal.repository.js';
import { type SweptService, ServiceSweepRepository } from './service/service-sweep.repository.js';
import { Sweeper, type SweepBatch, type SweepTask } from '../../core/scheduling/index.js';

/** Removes services that have expired, and writes down auto-completions that are due. */
@Injectable()
export class CustomerServicesSweep implements SweepTask {
  readonly name = 'customer-services';
  readonly order = 50;

  constructor(
    private readonly services: ServiceSweepRepository,
    private readonly removal: ServiceRemovalRepository,
    private readonly completions: AutoCompletionRepository,
    private readonly unitOfWork: UnitOfWork,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  sweepBatch(limit: number): Promise<SweepBatch> {
    return this.unitOfWork.run(async () => {
      const locked = await this.services.lockDue(limit);
      if (locked.length === 0) return { removed: 0, lagMs: 0 };
      const expired = idsOf(locked.filter(({ isExpired }) => isExpired));
      // A service goes with its last states and tasks: there may be very many of them.
      const hasMore = !(await this.removal.removeItems(expired, limit));
      if (!hasMore) await this.removal.removeLocked(expired);
      const living = locked.filter(({ isExpired }) => !isExpired);
      await this.completions.completeServices(idsOf(living.filter((one) => one.isToComplete)));
      await this.services.postpone(idsOf(living.filter((one) => !one.isToComplete)));
      // All that were looked at count: a full batch may have another one behind it.
      const lagMs = Math.max(...locked.map((one) => one.lagMs));
      return { removed: locked.length, hasMore: hasMore || locked.length >= limit, lagMs };
    });
  }
}

function idsOf(services: readonly SweptService[]): string[] {
  return services.map(({ id }) => id);
}
