import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../../../core/bus/index.js';
import type { LoggedEvent } from './comet-event.repository.js';
import { MailDelivery } from './mail-delivery.js';
import { wakeUpKeyOf, SessionRegistry } from '../session/session-registry.js';

/** The bus topic that says: there is mail for a user. */
const mailTopic = 'comet';

/**
 * Wakes all nodes up for a user who has mail, without the mail. Sessions of this node are handed
 * the mail itself; a wake-up that is lost costs until `SessionMonitor` looks the next time.
 */
@Injectable()
export class MailNotifier implements OnModuleInit, OnModuleDestroy {
  /** Users whom this node woke others up for: the bus wakes this node too, which knows already. */
  private readonly notifiedHere = new Set<string>();
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly bus: Bus,
    private readonly registry: SessionRegistry,
    private readonly delivery: MailDelivery,
  ) {}

  onModuleInit(): void {
    this.stopListening = this.bus.onWake(mailTopic, (key) => this.handleWakeUp(key));
  }

  onModuleDestroy(): void {
    this.stopListening();
  }

  /** @param events of the user, committed just now, in order */
  notify(user: string, events: readonly LoggedEvent[]): void {
    const key = wakeUpKeyOf(user);
    for (const session of [...this.registry.findByWakeUpKey(key)]) {
      if (session.user === user) this.delivery.deliverCommitted(session, events);
    }
    this.notifiedHere.add(key);
    this.bus.wake(mailTopic, key);
  }

  private handleWakeUp(key: string | undefined): void {
    if (key === undefined) {
      for (const session of [...this.registry.all]) this.delivery.deliverIfReachable(session);
      return;
    }
    if (this.notifiedHere.delete(key)) return;
    for (const session of [...this.registry.findByWakeUpKey(key)])
      this.delivery.deliverIfReachable(session);
  }
}
