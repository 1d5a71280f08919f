import { Injectable } from '@nestjs/common';
import { Bus } from '../bus/bus.js';
import { UnitOfWork } from '../database/index.js';
import type { EffectHandler, NewEffect } from './effect.js';
import { EffectHandlers } from './effect-handlers.js';
import { OutboxRepository } from './outbox.repository.js';

/** The bus topic that says: there are effects to bring about. */
export const outboxTopic = 'outbox';

/**
 * Effects that must outlive a crash, as a push or a call to another system: noted in the
 * transaction that wants them, brought about after its commit, tried again until they succeed or
 * are given up. In no particular order.
 */
@Injectable()
export class Outbox {
  constructor(
    private readonly repository: OutboxRepository,
    private readonly handlers: EffectHandlers,
    private readonly unitOfWork: UnitOfWork,
    private readonly bus: Bus,
  ) {}

  /**
   * Notes an effect in the unit of work that is under way. An effect of the same kind and key that
   * was added before is enough; a key is remembered for a day after its effect came about.
   * @returns whether it is new
   * @throws Error outside a unit of work
   */
  async add(effect: NewEffect): Promise<boolean> {
    this.unitOfWork.afterCommit(() => {
      this.bus.wake(outboxTopic);
    });
    return this.repository.add(effect);
  }

  /**
   * Registers the one handler of a kind. Nodes leave effects alone of which they know no handler.
   * @throws Error when the kind has a handler
   */
  registerHandler(kind: string, handler: EffectHandler): void {
    this.handlers.register(kind, handler);
  }
}
