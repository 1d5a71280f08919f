import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../../core/database/index.js';
import { ServiceRemovalRepository } from '../../service/service-removal.repository.js';
import { MaintenanceAudit } from '../audit/maintenance-audit.js';
import type { MaintenanceCaller } from '../audit/maintenance-audit.repository.js';
import type { MaintenanceRun } from '../audit/maintenance-run.js';
import { type IndexPosition, ServiceWalkRepository } from '../export/service-walk.repository.js';
import { servicesHeld } from '../maintenance.errors.js';
import { LongWorkGate } from '../long-work-gate.js';
import type { PurgeOrder } from './purge-order.js';
import { hasWaitedTooLong, type LockedServices, PurgeRepository } from './purge.repository.js';
import { pauseBetweenBatches } from '../../../../core/scheduling/index.js';

/** Five hundred services are some three thousand rows. */
const withoutWaiting = { looked: 500, locked: 500 };

/** Who waits for one service keeps the writers of those waiting that it has locked before. */
const withWaiting = { looked: 1000, locked: 20 };

type Lock = (after: IndexPosition) => Promise<LockedServices | undefined>;

/** Removes services by their start (docs/operations/context-services-maintenance.md, Purge). */
@Injectable()
export class PurgeService {
  constructor(
    private readonly repository: PurgeRepository,
    private readonly walks: ServiceWalkRepository,
    private readonly removal: ServiceRemovalRepository,
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: MaintenanceAudit,
    private readonly workGate: LongWorkGate,
  ) {}

  /**
   * Removes what there is when it is called, in batches that hold up no writer, also when the
   * caller does not wait for the end. A call that fails has removed whole services; how many is in
   * the audit.
   * @throws DomainError ServicesHeld, NodeStopping
   */
  async purge(caller: MaintenanceCaller, order: PurgeOrder): Promise<{ purged: number }> {
    const { operation, limit } = order;
    const parameters = { operation, limit: limit.toISOString() };
    const run = await this.audit.startRun({ ...caller, operation: 'purge', parameters });
    const tenant = caller.tenant;
    return run.track(async () => {
      await this.removeAll({ ...order, tenant }, run);
      return { purged: run.count };
    });
  }

  /** What is held is left for the end: its holders have mostly let it go by then. */
  private async removeAll(
    order: PurgeOrder & { readonly tenant: string },
    run: MaintenanceRun,
  ): Promise<void> {
    const range = await this.walks.rangeOf(order.tenant, undefined, order.limit);
    const lockFree: Lock = (after) => this.repository.lockFree(order, range, after, withoutWaiting);
    const skipped = await this.removeAfter(range.start, lockFree, run);
    if (skipped === undefined) return;
    const lockWaiting: Lock = (after) =>
      this.repository.lockWaiting(order, range, after, withWaiting);
    try {
      await this.removeAfter(skipped, lockWaiting, run);
    } catch (error) {
      throw hasWaitedTooLong(error) ? servicesHeld(run.count, error) : error;
    }
  }

  /** @returns the place after which the first was skipped; undefined: none was */
  private async removeAfter(
    place: IndexPosition,
    lock: Lock,
    run: MaintenanceRun,
  ): Promise<IndexPosition | undefined> {
    let skipped: IndexPosition | undefined;
    for (let after = place; ;) {
      this.workGate.requireRunning();
      const begun = performance.now();
      const locked = await this.removeBatch(after, lock, run);
      if (locked === undefined) return skipped;
      if (locked.hasSkipped) skipped ??= after;
      after = locked.end;
      if (locked.ids.length > 0) await pauseBetweenBatches(performance.now() - begun);
    }
  }

  /** One transaction: what is gone, and how many that were, is written down together. */
  private async removeBatch(
    after: IndexPosition,
    lock: Lock,
    run: MaintenanceRun,
  ): Promise<LockedServices | undefined> {
    const { locked, removed } = await this.unitOfWork.run(async () => {
      const locked = await lock(after);
      if (locked === undefined || locked.ids.length === 0) return { locked, removed: 0 };
      const removed = await this.removal.removeLocked(locked.ids);
      await run.writeProgress(removed);
      return { locked, removed };
    });
    run.addServices(removed);
    return locked;
  }
}
