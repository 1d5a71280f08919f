import { Injectable } from '@nestjs/common';
import { Log, FailureThrottle } from '../../../core/observability/index.js';
import {
  CometEventRepository,
  type LoggedEvent,
  type WaitingEvents,
} from './comet-event.repository.js';
import { CometSessionRepository } from '../session/comet-session.repository.js';
import { CometdMetrics } from '../session/cometd-metrics.js';
import { cometdSection } from '../cometd.section.js';
import {
  type Advice,
  responseText,
  connectReply,
  errors,
  eventMessageText,
  errorReply,
  unknownSessionReply,
} from '../protocol/replies.js';
import type { Session } from '../session/session.js';
import { SessionPersister } from '../session/session-persister.js';
import { SessionRegistry } from '../session/session-registry.js';
import { Configuration } from '../../../core/settings/index.js';

/** Mail of one answer or frame: none is added after so many bytes. The rest goes with the next. */
const maxBatchBytes = 4 * 1024 * 1024;

/**
 * Brings what stands in the logs to the sessions that this node answers for (docs/compatibility.md,
 * CometD, Delivery).
 */
@Injectable()
export class MailDelivery {
  private readonly failureThrottle: FailureThrottle;

  constructor(
    private readonly events: CometEventRepository,
    private readonly sessions: CometSessionRepository,
    private readonly registry: SessionRegistry,
    private readonly configuration: Configuration,
    private readonly persister: SessionPersister,
    private readonly metrics: CometdMetrics,
    log: Log,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'reading comet mail');
  }

  /**
   * Events that were just committed by this node. A session whose log is read up to directly
   * before them gets them without another look in the database.
   */
  deliverCommitted(session: Session, events: readonly LoggedEvent[]): void {
    const [first] = events;
    const isNext =
      session.isReachable &&
      session.subscribed &&
      !session.isReading &&
      !session.mayHaveMail &&
      !session.hasUnacknowledged &&
      session.readUpTo + 1 === first?.seq &&
      (events.length === 1 || bytesOf(events) < maxBatchBytes) &&
      events.at(-1)?.seq === session.readUpTo + events.length;
    if (isNext) this.sendEvents(session, events);
    else this.deliverIfReachable(session);
  }

  /** Something may have come for the session: sends it if it can be sent. Never rejects. */
  deliverIfReachable(session: Session): void {
    session.mayHaveMail = true;
    if (!session.isReachable || !session.subscribed || session.delivering !== undefined) return;
    this.deliver(session).catch((error: unknown) => this.failureThrottle.recordFailure(error));
  }

  /**
   * Reads the log if it may hold something, and sends it. Without any, a held connect stays held.
   * What is being read for an earlier connect may be older than this call, and is read once more.
   * @throws whatever the database does; the connect stays held then
   */
  async deliver(session: Session): Promise<void> {
    if (session.delivering !== undefined) session.mayHaveMail = true;
    while (session.delivering !== undefined) await session.delivering;
    if (!this.shouldRead(session)) return;
    session.delivering = this.deliverUntilRead(session).finally(() => {
      session.delivering = undefined;
    });
    await session.delivering;
  }

  private async deliverUntilRead(session: Session): Promise<void> {
    while (this.shouldRead(session)) {
      const { deliveryGeneration: attempt } = session;
      const read = await this.readLog(session);
      if (read === undefined) return;
      // What comes before it was lost meanwhile, and goes first.
      if (session.deliveryGeneration !== attempt) continue;
      // What was never acknowledged is kept for a day, and then no longer waited for.
      if (read.length === 0 && session.acknowledges) session.confirmUpTo(session.sent);
      // Meanwhile the client may have got some from another node and come back.
      const events = read.filter(({ seq }) => seq > session.readFrom);
      if (events.length > 0 && session.isReachable) this.sendEvents(session, events);
      else if (events.length > 0) session.mayHaveMail = true;
      if (!session.isReachable) return;
    }
  }

  /** Answers the held connect, with or without mail. */
  answerConnect(session: Session, events: readonly LoggedEvent[], advice?: Advice): void {
    const { held } = session;
    if (held === undefined) return;
    const last = events.at(-1)?.seq ?? 0;
    const now = performance.now();
    const reply = connectReply(held.message, {
      // Of what it does not carry the client must not think that it had come.
      ack: session.acknowledges ? Math.max(session.cursor, last) : undefined,
      advice: advice ?? held.advice,
      now: Date.now(),
      heldMs: Math.round(now - held.since),
    });
    const mail = events.map(({ data }) => eventMessageText(data));
    const text = responseText(mail, [...held.replies, reply]);
    session.held = undefined;
    session.seenAt = now;
    this.countSent(session, events);
    session.sent = Math.max(session.sent, last);
    session.readUpTo = Math.max(session.readUpTo, last);
    // Another node believes of what the client acknowledges there what is written down here.
    if (session.acknowledges && events.length > 0) session.needsPersist = true;
    session.beginResponse();
    const followed = this.trackWrite(session, last);
    held.exchange.answer(text, (reached) => {
      session.endResponse(reached ? text.length : 0, performance.now());
      followed(reached);
    });
  }

  /** Ends the held connect because another one, here or elsewhere, has taken its place. */
  replaceConnect(session: Session): void {
    const { held } = session;
    if (held === undefined) return;
    session.held = undefined;
    this.metrics.refused.labels(errors.replaced).inc();
    const reply = errorReply(held.message, errors.replaced);
    held.exchange.answer(responseText([], [...held.replies, reply]), undefined, 409);
  }

  /**
   * Ends what this node does for a session that another one answers for now.
   * @returns whether that one can read how far the client had come. Never rejects
   */
  async handOff(session: Session): Promise<boolean> {
    this.registry.remove(session.clientId);
    this.replaceConnect(session);
    return this.persister.persistBeforeHandoff(session);
  }

  /** Forgets a session that is no more, and says so to its client. */
  dropSession(session: Session): void {
    this.registry.remove(session.clientId);
    const { held } = session;
    session.held = undefined;
    if (held === undefined) return;
    this.metrics.refused.labels(errors.sessionUnknown).inc();
    held.exchange.answer(responseText([], [...held.replies, unknownSessionReply(held.message)]));
  }

  private shouldRead(session: Session): boolean {
    if (!session.subscribed || session.isWaitingForWrites) return false;
    return session.mayHaveMail || session.hasUnacknowledged;
  }

  /** @returns undefined when the session was dropped: it has left too much lying */
  private async readLog(session: Session): Promise<readonly LoggedEvent[] | undefined> {
    const most = this.configuration.get(cometdSection).max_queue;
    session.isReading = true;
    session.mayHaveMail = false;
    let waiting: WaitingEvents;
    try {
      const { user, readFrom } = session;
      waiting = await this.events.readAfter(user, readFrom, most + 1, maxBatchBytes);
      this.failureThrottle.recordSuccess();
    } catch (error) {
      session.mayHaveMail = true;
      throw error;
    } finally {
      session.isReading = false;
    }
    // What has reached the client meanwhile, by way of another node, is not sent again.
    const { events, count } = waiting;
    if (count > events.length) session.mayHaveMail = true;
    if (count <= most) return events.filter(({ seq }) => seq > session.readFrom);
    await this.dropOverflowing(session);
    return undefined;
  }

  private async dropOverflowing(session: Session): Promise<void> {
    this.metrics.dropped.labels('queue').inc();
    await this.sessions.markEnded(session.clientId);
    this.dropSession(session);
  }

  private sendEvents(session: Session, events: readonly LoggedEvent[]): void {
    const { socket } = session;
    if (socket === undefined || session.acknowledges) this.answerConnect(session, events);
    else this.pushToSocket(session, events);
  }

  /** On a websocket without acknowledgements events go out at once; the connect stays held. */
  private pushToSocket(session: Session, events: readonly LoggedEvent[]): void {
    const { socket } = session;
    const last = events.at(-1)?.seq ?? 0;
    if (socket === undefined) return;
    if (socket.isCongested) {
      this.metrics.dropped.labels('socket').inc();
      session.detachSocket();
      socket.close(1013);
      return;
    }
    const text = responseText(
      events.map(({ data }) => eventMessageText(data)),
      [],
    );
    this.countSent(session, events);
    session.sent = last;
    session.readUpTo = last;
    session.isWaitingForWrites = session.mayHaveMail;
    socket.send(text, this.trackWrite(session, last));
  }

  /** What is to be told whether mail up to `last` has been written. */
  private trackWrite(session: Session, last: number): (reached: boolean) => void {
    if (session.acknowledges || last === 0) return () => undefined;
    const { deliveryGeneration: attempt } = session;
    session.unwritten++;
    return (reached) => {
      // It was given up already, and is sent another way.
      if (session.deliveryGeneration === attempt) this.handleWritten(session, last, reached);
    };
  }

  private handleWritten(session: Session, last: number, reached: boolean): void {
    if (!reached) {
      session.rewindToCursor();
      return;
    }
    session.unwritten--;
    session.confirmUpTo(last);
    // The next connect may come to another node, which goes by what is written down when this one
    // does not answer it in time.
    this.persister.persistSoon(session);
    if (session.unwritten > 0 || !session.isWaitingForWrites) return;
    session.isWaitingForWrites = false;
    this.deliverIfReachable(session);
  }

  private countSent(session: Session, events: readonly LoggedEvent[]): void {
    if (events.length === 0) return;
    this.metrics.sent.inc(events.length);
    const again = events.filter(({ seq }) => seq <= session.sent).length;
    if (again > 0) this.metrics.redelivered.inc(again);
  }
}

function bytesOf(events: readonly LoggedEvent[]): number {
  return events.reduce((sum, { data }) => sum + data.length, 0);
}
