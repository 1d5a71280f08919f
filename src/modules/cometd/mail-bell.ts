import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../../core/bus/index.js';
import type { LoggedEvent } from './comet-event.repository.js';
import { MailDelivery } from './mail-delivery.js';
import { bellKeyOf, SessionRegistry } from './session-registry.js';

/** The bus topic that says: there is mail for a user. */
const mailTopic = 'comet';

/**
 * The bell, not the mail: tells all nodes that a user has some. This node's own sessions get it
 * straight; a bell that is lost costs until the next look of `SessionWatch`.
 */
@Injectable()
export class MailBell implements OnModuleInit, OnModuleDestroy {
  /** Users whose bell we rang: the bus tells us too, and we know already. */
  private readonly rungHere = new Set<string>();
  private stopHearing: () => void = () => undefined;

  constructor(
    private readonly bus: Bus,
    private readonly registry: SessionRegistry,
    private readonly delivery: MailDelivery,
  ) {}

  onModuleInit(): void {
    this.stopHearing = this.bus.onWake(mailTopic, (key) => this.hear(key));
  }

  onModuleDestroy(): void {
    this.stopHearing();
  }

  /** @param events of the user, committed just now, in order */
  ring(user: string, events: readonly LoggedEvent[]): void {
    const key = bellKeyOf(user);
    for (const session of [...this.registry.ofBell(key)]) {
      if (session.user === user) this.delivery.arrived(session, events);
    }
    this.rungHere.add(key);
    this.bus.wake(mailTopic, key);
  }

  private hear(key: string | undefined): void {
    if (key === undefined) {
      for (const session of [...this.registry.all]) this.delivery.look(session);
      return;
    }
    if (this.rungHere.delete(key)) return;
    for (const session of [...this.registry.ofBell(key)]) this.delivery.look(session);
  }
}
