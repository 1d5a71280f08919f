import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Configuration } from '../options/index.js';
import type { ClientConnection } from './client-connection.js';
import { cometdSection } from './cometd-section.js';
import { CometHandshakes } from './comet-handshakes.js';
import { CometSessions } from './comet-sessions.js';
import { CometdMetrics } from './cometd-metrics.js';
import type { Exchange } from './exchange.js';
import { AddressRates, HandshakeRate } from './handshake-rate.js';
import { MailDelivery } from './mail-delivery.js';
import { hasCommonConnectionType, namedChannels } from './protocol/channels.js';
import {
  acknowledged,
  clientIdOf,
  type ClientMessage,
  type Element,
  heldPart,
  wantedTimeout,
  wantsAck,
} from './protocol/message.js';
import {
  type Advice,
  answerText,
  type BayeuxError,
  connectionTypes,
  errors,
  handshakeReply,
  junkReply,
  refusal,
  type Reply,
  stayAway,
  success,
  unknownSession,
} from './protocol/replies.js';
import { CometServiceChannels } from './service-channels.js';
import type { HeldConnect, Session } from './session.js';
import { SessionRegistry } from './session-registry.js';

/** A client that cannot be served now comes back after this, milliseconds. */
const later = (interval: number): Advice => ({ interval, reconnect: 'handshake' });

/**
 * A connect that is answered within this time, milliseconds, may be answered before `SessionWatch`
 * has looked for what a lost bell has missed.
 */
const soonMs = 5000;

/** Answers the messages of clients, whatever brought them (Bayeux 1.0; cometd.md, Wire). */
@Injectable()
export class BayeuxServer implements OnModuleDestroy {
  private readonly rate = new HandshakeRate();
  private readonly addressRates = new AddressRates();
  private isEnding = false;

  constructor(
    private readonly handshakes: CometHandshakes,
    private readonly sessions: CometSessions,
    private readonly registry: SessionRegistry,
    private readonly delivery: MailDelivery,
    private readonly channels: CometServiceChannels,
    private readonly configuration: Configuration,
    private readonly metrics: CometdMetrics,
  ) {}

  /** Whether no connect is held any more. */
  get isStopping(): boolean {
    return this.isEnding;
  }

  onModuleDestroy(): void {
    this.stop();
  }

  /** Releases every held connect; from now on none is held. Clients go on at another node. */
  stop(): void {
    this.isEnding = true;
    for (const session of [...this.registry.all]) {
      this.delivery.answer(session, [], this.fullAdvice());
      session.socket?.close(1001);
    }
  }

  /**
   * Answers a request. A handshake stands alone: whatever else the request holds is ignored. When
   * the client leaves, what it has not got an answer to is dropped.
   * @throws whatever the database does, before anything is answered
   */
  async handle(elements: readonly Element[], exchange: Exchange): Promise<void> {
    const handshake = elements.find((element) => element?.channel === '/meta/handshake');
    if (handshake !== undefined) {
      exchange.answer(answerText([], [await this.handshake(handshake, exchange)]));
      return;
    }
    const connects = elements.filter((element) => element?.channel === '/meta/connect');
    const connect = connects.at(-1);
    const replies: Reply[] = [];
    for (const element of elements) {
      if (exchange.isGone) return;
      // Without a connect it is undefined, and so is an element that is no message.
      if (connect === undefined || element !== connect)
        replies.push(await this.reply(element, exchange));
    }
    if (connect === undefined) exchange.answer(answerText([], replies));
    else await this.connect(connect, replies, exchange);
  }

  private async handshake(message: ClientMessage, { user, connection }: Exchange): Promise<Reply> {
    if (user === undefined) return this.refuse(message, errors.userRequired, stayAway);
    if (!hasCommonConnectionType(message, connectionTypes)) {
      return this.refuse(message, errors.noConnectionType, stayAway);
    }
    const { max_sessions_per_node } = this.configuration.get(cometdSection);
    if (!this.isWithinRates(connection, performance.now())) {
      return this.refuse(message, errors.tooManyHandshakes, later(1000));
    }
    if (this.handshakes.count >= max_sessions_per_node) {
      return this.refuse(message, errors.tooManySessions, later(10_000));
    }
    const clientId = await this.handshakes.begin(user, wantsAck(message));
    if (clientId === undefined) return this.refuse(message, errors.tooManySessions, later(10_000));
    return handshakeReply(message, clientId, this.fullAdvice(), Date.now());
  }

  /** What is refused by a narrower limit counts for none of the wider ones. */
  private isWithinRates(connection: ClientConnection, now: number): boolean {
    const options = this.configuration.get(cometdSection);
    const { max_handshake_rate, max_handshake_rate_per_address } = options;
    return (
      connection.takeHandshake(now) &&
      this.addressRates.take(connection.address, now, max_handshake_rate_per_address) &&
      this.rate.take(now, max_handshake_rate)
    );
  }

  private async reply(element: Element, exchange: Exchange): Promise<Reply> {
    if (element === undefined) return junkReply;
    const { channel } = element;
    const clientId = clientIdOf(element);
    if (typeof channel !== 'string') return this.refuse(element, errors.messageInvalid);
    if (exchange.user === undefined) {
      return this.refuse(element, errors.userRequired, adviceFor(element));
    }
    if (clientId === undefined) return this.refuseUnknown(element);
    switch (channel) {
      case '/meta/connect':
        // Of several connects in one request the last one counts.
        return this.refuse(element, errors.replaced);
      case '/meta/subscribe':
      case '/meta/unsubscribe':
        return this.subscribe(element, clientId, exchange.user);
      case '/meta/disconnect':
        return this.disconnect(element, clientId, exchange.user);
      default:
        return this.publish(element, clientId, exchange.user);
    }
  }

  private async subscribe(message: ClientMessage, clientId: string, user: string): Promise<Reply> {
    const channels = namedChannels(message);
    if (typeof channels === 'string') {
      if (!(await this.sessions.exists(clientId, user))) return this.refuseUnknown(message);
      const error = channels === 'missing' ? errors.subscriptionMissing : errors.subscribeDenied;
      return this.refuse(message, error);
    }
    const found =
      message.channel === '/meta/subscribe'
        ? await this.sessions.subscribe(clientId, user, channels)
        : await this.sessions.unsubscribe(clientId, user, channels);
    if (found) return success(message, Date.now());
    // A session that is there has as many channels as it may have.
    const isThere = await this.sessions.exists(clientId, user);
    return isThere ? this.refuse(message, errors.subscribeDenied) : this.refuseUnknown(message);
  }

  private async disconnect(message: ClientMessage, clientId: string, user: string): Promise<Reply> {
    const { ext } = message;
    const carried = typeof ext === 'object' && ext !== null ? { ...ext } : {};
    const found = await this.sessions.end(clientId, user, carried);
    return found ? success(message, Date.now()) : this.refuseUnknown(message);
  }

  /** Events come from this server alone; clients publish to services only, where somebody listens. */
  private async publish(message: ClientMessage, clientId: string, user: string): Promise<Reply> {
    const channel = String(message.channel);
    if (!(await this.sessions.exists(clientId, user))) return this.refuseUnknown(message);
    if (channel.startsWith('/meta/')) return this.refuse(message, errors.channelUnknown);
    const handler = this.channels.find(channel);
    if (handler === undefined) return this.refuse(message, errors.publishDenied);
    await handler({ clientId, user }, message.data);
    return success(message, Date.now());
  }

  private async connect(
    message: ClientMessage,
    replies: readonly Reply[],
    exchange: Exchange,
  ): Promise<void> {
    const clientId = clientIdOf(message);
    const { user } = exchange;
    if (user === undefined) {
      const refused = this.refuse(message, errors.userRequired, stayAway);
      exchange.answer(answerText([], [...replies, refused]));
      return;
    }
    const ack = acknowledged(message);
    const isAnsweredSoon = replies.length > 0 || this.holdingTime(message) < soonMs;
    const wanted = { isAnsweredSoon, ack, socket: exchange.socket };
    const session =
      clientId === undefined ? undefined : await this.sessions.take(clientId, user, wanted);
    if (session === undefined) {
      exchange.answer(answerText([], [...replies, this.refuseUnknown(message)]));
      return;
    }
    if (ack !== undefined) session.acknowledge(ack);
    await this.hold(session, message, replies, exchange);
  }

  /** Holds the connect, and answers it at once when there is a reason to. */
  private async hold(
    session: Session,
    message: ClientMessage,
    replies: readonly Reply[],
    exchange: Exchange,
  ): Promise<void> {
    this.delivery.replace(session);
    session.movedTo(exchange.socket);
    const isFirst = !session.connected;
    if (isFirst) this.noteFirst(session);
    const wanted = this.holdingTime(message);
    const since = performance.now();
    const held: HeldConnect = {
      ...{ message: heldPart(message), replies, exchange, since, deadline: Infinity },
      advice: isFirst || this.isStopping ? this.fullAdvice() : undefined,
    };
    // Held first and looked for mail then: what comes in between finds the connect.
    session.held = held;
    session.seenAt = since;
    exchange.onGone(session.clientId, () => this.gone(session, exchange));
    try {
      await this.delivery.deliver(session);
    } catch (error) {
      if (session.held === held) session.held = undefined;
      // Another connect may have taken its place, and ended it, in the meantime.
      if (!exchange.isAnswered) throw error;
    }
    if (session.held !== held) return;
    held.deadline = since + wanted;
    this.registry.deadlines.note(session, held.deadline, performance.now());
    const mustAnswer = isFirst || wanted === 0 || replies.length > 0 || this.isStopping;
    if (mustAnswer) this.delivery.answer(session, []);
  }

  /** How long a connect may be held, milliseconds. */
  private holdingTime(message: ClientMessage): number {
    const { timeout } = this.configuration.get(cometdSection);
    return Math.min(wantedTimeout(message) ?? timeout, timeout);
  }

  private noteFirst(session: Session): void {
    session.connected = true;
    session.isUnkept = true;
  }

  private gone(session: Session, exchange: Exchange): void {
    if (session.socket === exchange.socket) session.socket = undefined;
    if (session.held?.exchange !== exchange) return;
    session.held = undefined;
    session.seenAt = performance.now();
    session.isUnkept = true;
  }

  private fullAdvice(): Advice {
    return {
      interval: 0,
      reconnect: 'retry',
      timeout: this.configuration.get(cometdSection).timeout,
    };
  }

  private refuseUnknown(message: ClientMessage): Reply {
    this.metrics.refused.labels(errors.sessionUnknown).inc();
    return unknownSession(message);
  }

  private refuse(message: ClientMessage, error: BayeuxError, advice?: Advice): Reply {
    this.metrics.refused.labels(error).inc();
    return refusal(message, error, advice);
  }
}

function adviceFor({ channel }: ClientMessage): Advice | undefined {
  return channel === '/meta/connect' ? stayAway : undefined;
}
