import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../../core/bus/index.js';
import { Log, Trouble } from '../../core/observability/index.js';
import { Configuration } from '../options/index.js';
import { CometSessionRepository, type StoredState } from './comet-session.repository.js';
import { CometSessions } from './comet-sessions.js';
import { cometdSection } from './cometd-section.js';
import { sessionTopic } from './handovers.js';
import { MailDelivery } from './mail-delivery.js';
import type { Session } from './session.js';
import { SessionRegistry } from './session-registry.js';

/** How exactly a held connect ends in time, milliseconds. */
const tickMs = 100;

/** After so many milliseconds the database is asked whether a bell was missed. */
const lookMs = 2000;

/** Sessions that one statement looks at. */
const mostAtOnce = 5000;

/**
 * Ends held connects in time, and looks every two seconds whether a session has mail that nobody
 * rang for, was subscribed by way of another node, has moved there, or is gone. One timer for all
 * sessions.
 */
@Injectable()
export class SessionWatch implements OnModuleInit, OnModuleDestroy {
  private readonly trouble: Trouble;
  private timer: NodeJS.Timeout | undefined;
  private lookedAt = 0;
  private stopHearing: () => void = () => undefined;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly repository: CometSessionRepository,
    private readonly registry: SessionRegistry,
    private readonly sessions: CometSessions,
    private readonly delivery: MailDelivery,
    private readonly configuration: Configuration,
    private readonly bus: Bus,
    log: Log,
  ) {
    this.trouble = new Trouble(log, 'the look after comet sessions');
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.tick(performance.now()), tickMs);
    // Without a key it says that some may have been missed: then the next look is due.
    this.stopHearing = this.bus.onWake(sessionTopic, (key) => {
      if (key === undefined) this.lookedAt = -lookMs;
    });
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.stopHearing();
    await this.looking;
  }

  /** @param now the process's clock, milliseconds */
  private tick(now: number): void {
    if (!this.configuration.isLoaded) return;
    const longestSilence = this.configuration.get(cometdSection).max_interval * 1000;
    for (const session of this.registry.deadlines.takeDue(now)) {
      try {
        this.end(session, now, longestSilence);
      } catch (error) {
        // One that cannot be answered must not cost the others theirs.
        this.trouble.failed(error);
      }
      this.noteNext(session, now, longestSilence);
    }
    if (now - this.lookedAt < lookMs || this.looking !== undefined) return;
    this.lookedAt = now;
    this.looking = this.look().finally(() => {
      this.looking = undefined;
    });
  }

  private end(session: Session, now: number, longestSilence: number): void {
    if (session.held !== undefined) {
      if (session.held.deadline <= now) this.delivery.answer(session, []);
    } else if (session.isPresent(now)) {
      session.seenAt = now;
    } else if (now - session.seenAt > longestSilence && !session.isUnkept) {
      // What is not written down yet is known here alone. Its websocket may have other sessions.
      this.registry.remove(session.clientId);
    }
  }

  private noteNext(session: Session, now: number, longestSilence: number): void {
    if (this.registry.find(session.clientId) !== session) return;
    const next = session.held?.deadline ?? session.seenAt + longestSilence;
    this.registry.deadlines.note(session, next, now);
  }

  private async look(): Promise<void> {
    const ids = [...this.registry.all].map(({ clientId }) => clientId);
    try {
      for (let start = 0; start < ids.length; start += mostAtOnce) {
        const states = await this.repository.look(ids.slice(start, start + mostAtOnce));
        for (const state of states) this.compare(state);
      }
      this.trouble.succeeded();
    } catch (error) {
      this.trouble.failed(error);
    }
  }

  private compare({ clientId, epoch, lastSeq, isSubscribed }: StoredState): void {
    const session = this.registry.find(clientId);
    if (session === undefined) return;
    if (epoch === null) this.delivery.drop(session);
    else if (epoch > session.epoch) this.sessions.giveUp(session);
    else if (isSubscribed !== session.subscribed) void this.sessions.readAgain(session);
    else if (session.mayHaveMail || (lastSeq ?? 0) > session.tail) this.delivery.look(session);
  }
}
