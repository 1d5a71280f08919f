import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../../core/bus/index.js';
import { Log, FailureThrottle } from '../../core/observability/index.js';
import { CometSessionRepository, type StoredState } from './session/comet-session.repository.js';
import { SessionDirectory } from './session-directory.js';
import { cometdSection } from './cometd.section.js';
import { sessionTopic } from './session/pending-handoffs.js';
import { MailDelivery } from './delivery/mail-delivery.js';
import type { Session } from './session/session.js';
import { SessionRegistry } from './session/session-registry.js';
import { Configuration } from '../../core/settings/index.js';

/** How exactly a held connect ends in time, milliseconds. */
const tickMs = 100;

/** After so many milliseconds the database is asked whether a wake-up was missed. */
const checkIntervalMs = 2000;

/** Sessions that one statement looks at. */
const maxBatch = 5000;

/**
 * Ends held connects in time, and looks every two seconds whether a session has mail for which no
 * wake-up came, was subscribed by way of another node, has moved there, or is gone. One timer for
 * all sessions.
 */
@Injectable()
export class SessionMonitor implements OnModuleInit, OnModuleDestroy {
  private readonly failureThrottle: FailureThrottle;
  private timer: NodeJS.Timeout | undefined;
  private checkedAt = 0;
  private stopListening: () => void = () => undefined;
  private checking: Promise<void> | undefined;

  constructor(
    private readonly repository: CometSessionRepository,
    private readonly registry: SessionRegistry,
    private readonly sessions: SessionDirectory,
    private readonly delivery: MailDelivery,
    private readonly configuration: Configuration,
    private readonly bus: Bus,
    log: Log,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'the look after comet sessions');
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.tick(performance.now()), tickMs);
    // Without a key it says that some may have been missed: then the next look is due.
    this.stopListening = this.bus.onWake(sessionTopic, (key) => {
      if (key === undefined) this.checkedAt = -checkIntervalMs;
    });
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.stopListening();
    await this.checking;
  }

  /** @param now the process's clock, milliseconds */
  private tick(now: number): void {
    const longestSilence = this.configuration.get(cometdSection).max_interval * 1000;
    for (const session of this.registry.deadlines.takeDue(now)) {
      try {
        this.endOverdue(session, now, longestSilence);
      } catch (error) {
        // One that cannot be answered must not cost the others theirs.
        this.failureThrottle.recordFailure(error);
      }
      this.scheduleNext(session, now, longestSilence);
    }
    if (now - this.checkedAt < checkIntervalMs || this.checking !== undefined) return;
    this.checkedAt = now;
    this.checking = this.checkAll().finally(() => {
      this.checking = undefined;
    });
  }

  private endOverdue(session: Session, now: number, longestSilence: number): void {
    if (session.held !== undefined) {
      if (session.held.deadline <= now) this.delivery.answerConnect(session, []);
    } else if (session.isClientPresent(now)) {
      session.seenAt = now;
    } else if (now - session.seenAt > longestSilence && !session.needsPersist) {
      // What is not written down yet is known here alone. Its websocket may have other sessions.
      this.registry.remove(session.clientId);
    }
  }

  private scheduleNext(session: Session, now: number, longestSilence: number): void {
    if (this.registry.find(session.clientId) !== session) return;
    const next = session.held?.deadline ?? session.seenAt + longestSilence;
    this.registry.deadlines.schedule(session, next, now);
  }

  private async checkAll(): Promise<void> {
    const ids = [...this.registry.all].map(({ clientId }) => clientId);
    try {
      for (let start = 0; start < ids.length; start += maxBatch) {
        const states = await this.repository.readStates(ids.slice(start, start + maxBatch));
        for (const state of states) this.reconcile(state);
      }
      this.failureThrottle.recordSuccess();
    } catch (error) {
      this.failureThrottle.recordFailure(error);
    }
  }

  private reconcile({ clientId, epoch, lastSeq, isSubscribed }: StoredState): void {
    const session = this.registry.find(clientId);
    if (session === undefined) return;
    if (epoch === null) this.delivery.dropSession(session);
    else if (epoch > session.epoch) this.sessions.handOff(session);
    else if (isSubscribed !== session.subscribed) void this.sessions.reloadSubscriptions(session);
    else if (session.mayHaveMail || (lastSeq ?? 0) > session.readUpTo)
      this.delivery.deliverIfReachable(session);
  }
}
