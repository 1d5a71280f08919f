import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/index.js';
import type { NewTimer, TimerHandler } from './timer.js';
import { TimerWorker } from './timer.worker.js';
import { TimersRepository } from './timer.repository.js';

/**
 * Durable timers: they outlive any node. When one is due, some node runs its handler; what the
 * handler writes is written exactly once.
 */
@Injectable()
export class Timers {
  constructor(
    private readonly repository: TimersRepository,
    private readonly worker: TimerWorker,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Sets a timer, or sets the one of the same kind and key anew. In the unit of work that is under
   * way (it counts from that one's commit on), or in one of its own.
   */
  async set(timer: NewTimer): Promise<void> {
    await this.unitOfWork.join(async () => {
      await this.repository.set(timer);
      // This node looks again; the others find out within a second.
      this.unitOfWork.afterCommit(() => {
        this.worker.wake();
      });
    });
  }

  /**
   * Cancels a timer, in the unit of work that is under way or in one of its own.
   * @returns false when there is none: it was never set, or it has come already
   */
  cancel(kind: string, key: string): Promise<boolean> {
    return this.repository.cancel(kind, key);
  }

  /**
   * Registers the one handler of a kind. A handler that fails is run again, after pauses that grow
   * to a minute; nothing of what it wrote remains.
   * @param atOnce how many timers of this kind may run on one node at the same time
   * @param limitMs how long it may take, 20,000 when absent; then it has failed
   * @throws Error when the kind has a handler
   */
  registerHandler(kind: string, handler: TimerHandler, atOnce = 2, limitMs?: number): void {
    this.worker.register(kind, handler, atOnce, limitMs);
  }
}
