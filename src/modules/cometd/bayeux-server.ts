import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { ClientConnection } from './session/client-connection.js';
import { cometdSection } from './cometd.section.js';
import { CometHandshakes } from './session/comet-handshakes.js';
import { SessionDirectory } from './session-directory.js';
import { CometdMetrics } from './session/cometd-metrics.js';
import type { Exchange } from './session/exchange.js';
import { AddressHandshakeLimits, HandshakeRateLimit } from './session/handshake-rate-limit.js';
import { MailDelivery } from './delivery/mail-delivery.js';
import { hasCommonConnectionType, requestedChannels } from './protocol/channels.js';
import {
  acknowledgedSeq,
  clientIdOf,
  type ClientMessage,
  type Element,
  retainForReply,
  requestedTimeout,
  requestsAck,
} from './protocol/message.js';
import {
  type Advice,
  responseText,
  type BayeuxError,
  connectionTypes,
  errors,
  handshakeReply,
  invalidMessageReply,
  errorReply,
  type Reply,
  noReconnectAdvice,
  successReply,
  unknownSessionReply,
} from './protocol/replies.js';
import { CometServiceChannels } from './session/service-channels.js';
import type { HeldConnect, Session } from './session/session.js';
import { SessionRegistry } from './session/session-registry.js';
import { Configuration } from '../../core/settings/index.js';

/** A client that cannot be served now comes back after this, milliseconds. */
const rehandshakeAfter = (interval: number): Advice => ({ interval, reconnect: 'handshake' });

/**
 * A connect that is answered within this time, milliseconds, may be answered before
 * `SessionMonitor` has looked for what a lost wake-up has missed.
 */
const answeredSoonMs = 5000;

/** Answers clients' messages, whatever brought them (docs/compatibility.md, CometD). */
@Injectable()
export class BayeuxServer implements OnModuleDestroy {
  private readonly nodeHandshakeLimit = new HandshakeRateLimit();
  private readonly addressHandshakeLimits = new AddressHandshakeLimits();
  private isEnding = false;

  constructor(
    private readonly handshakes: CometHandshakes,
    private readonly sessions: SessionDirectory,
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
      this.delivery.answerConnect(session, [], this.fullAdvice());
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
      exchange.answer(responseText([], [await this.handshake(handshake, exchange)]));
      return;
    }
    const connects = elements.filter((element) => element?.channel === '/meta/connect');
    const connect = connects.at(-1);
    const replies: Reply[] = [];
    for (const element of elements) {
      if (exchange.isGone) return;
      // Without a connect it is undefined, and so is an element that is no message.
      if (connect === undefined || element !== connect)
        replies.push(await this.replyTo(element, exchange));
    }
    if (connect === undefined) exchange.answer(responseText([], replies));
    else await this.answerConnect(connect, replies, exchange);
  }

  private async handshake(message: ClientMessage, { user, connection }: Exchange): Promise<Reply> {
    if (user === undefined) return this.refuse(message, errors.userRequired, noReconnectAdvice);
    if (!hasCommonConnectionType(message, connectionTypes)) {
      return this.refuse(message, errors.noConnectionType, noReconnectAdvice);
    }
    const { max_sessions_per_node } = this.configuration.get(cometdSection);
    if (!this.isWithinRates(connection, performance.now())) {
      return this.refuse(message, errors.tooManyHandshakes, rehandshakeAfter(1000));
    }
    if (this.handshakes.count >= max_sessions_per_node) {
      return this.refuse(message, errors.tooManySessions, rehandshakeAfter(10_000));
    }
    const clientId = await this.handshakes.startSession(user, requestsAck(message));
    if (clientId === undefined)
      return this.refuse(message, errors.tooManySessions, rehandshakeAfter(10_000));
    return handshakeReply(message, clientId, this.fullAdvice(), Date.now());
  }

  /** What is refused by a narrower limit counts for none of the wider ones. */
  private isWithinRates(connection: ClientConnection, now: number): boolean {
    const options = this.configuration.get(cometdSection);
    const { max_handshake_rate, max_handshake_rate_per_address } = options;
    return (
      connection.allowHandshake(now) &&
      this.addressHandshakeLimits.tryTake(
        connection.address,
        now,
        max_handshake_rate_per_address,
      ) &&
      this.nodeHandshakeLimit.tryTake(now, max_handshake_rate)
    );
  }

  private async replyTo(element: Element, exchange: Exchange): Promise<Reply> {
    if (element === undefined) return invalidMessageReply;
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
    const channels = requestedChannels(message);
    if (typeof channels === 'string') {
      if (!(await this.sessions.exists(clientId, user))) return this.refuseUnknown(message);
      const error = channels === 'missing' ? errors.subscriptionMissing : errors.subscribeDenied;
      return this.refuse(message, error);
    }
    const found =
      message.channel === '/meta/subscribe'
        ? await this.sessions.subscribe(clientId, user, channels)
        : await this.sessions.unsubscribe(clientId, user, channels);
    if (found) return successReply(message, Date.now());
    // A session that is there has as many channels as it may have.
    const isThere = await this.sessions.exists(clientId, user);
    return isThere ? this.refuse(message, errors.subscribeDenied) : this.refuseUnknown(message);
  }

  private async disconnect(message: ClientMessage, clientId: string, user: string): Promise<Reply> {
    const { ext } = message;
    const carried = typeof ext === 'object' && ext !== null ? { ...ext } : {};
    const found = await this.sessions.end(clientId, user, carried);
    return found ? successReply(message, Date.now()) : this.refuseUnknown(message);
  }

  /** Events come from this server alone; clients publish to services that somebody listens to. */
  private async publish(message: ClientMessage, clientId: string, user: string): Promise<Reply> {
    const channel = String(message.channel);
    if (!(await this.sessions.exists(clientId, user))) return this.refuseUnknown(message);
    if (channel.startsWith('/meta/')) return this.refuse(message, errors.channelUnknown);
    const handler = this.channels.find(channel);
    if (handler === undefined) return this.refuse(message, errors.publishDenied);
    await handler({ clientId, user }, message.data);
    return successReply(message, Date.now());
  }

  private async answerConnect(
    message: ClientMessage,
    replies: readonly Reply[],
    exchange: Exchange,
  ): Promise<void> {
    const clientId = clientIdOf(message);
    const { user } = exchange;
    if (user === undefined) {
      const refused = this.refuse(message, errors.userRequired, noReconnectAdvice);
      exchange.answer(responseText([], [...replies, refused]));
      return;
    }
    const ack = acknowledgedSeq(message);
    const isAnsweredSoon = replies.length > 0 || this.holdingTime(message) < answeredSoonMs;
    const wanted = { isAnsweredSoon, ack, socket: exchange.socket };
    const session =
      clientId === undefined
        ? undefined
        : await this.sessions.takeForConnect(clientId, user, wanted);
    if (session === undefined) {
      exchange.answer(responseText([], [...replies, this.refuseUnknown(message)]));
      return;
    }
    if (ack !== undefined) session.acknowledge(ack);
    await this.holdConnect(session, message, replies, exchange);
  }

  /** Holds the connect, and answers it at once when there is a reason to. */
  private async holdConnect(
    session: Session,
    message: ClientMessage,
    replies: readonly Reply[],
    exchange: Exchange,
  ): Promise<void> {
    this.delivery.replaceConnect(session);
    session.switchSocket(exchange.socket);
    const isFirst = !session.connected;
    if (isFirst) this.markConnected(session);
    const wanted = this.holdingTime(message);
    const since = performance.now();
    const held: HeldConnect = {
      ...{ message: retainForReply(message), replies, exchange, since, deadline: Infinity },
      advice: isFirst || this.isStopping ? this.fullAdvice() : undefined,
    };
    // Held first and looked for mail then: what comes in between finds the connect.
    session.held = held;
    session.seenAt = since;
    exchange.onGone(session.clientId, () => this.releaseGoneConnect(session, exchange));
    try {
      await this.delivery.deliver(session);
    } catch (error) {
      if (session.held === held) session.held = undefined;
      // Another connect may have taken its place, and ended it, in the meantime.
      if (!exchange.isAnswered) throw error;
    }
    if (session.held !== held) return;
    held.deadline = since + wanted;
    this.registry.deadlines.schedule(session, held.deadline, performance.now());
    const mustAnswer = isFirst || wanted === 0 || replies.length > 0 || this.isStopping;
    if (mustAnswer) this.delivery.answerConnect(session, []);
  }

  /** How long a connect may be held, milliseconds. */
  private holdingTime(message: ClientMessage): number {
    const { timeout } = this.configuration.get(cometdSection);
    return Math.min(requestedTimeout(message) ?? timeout, timeout);
  }

  private markConnected(session: Session): void {
    session.connected = true;
    session.needsPersist = true;
  }

  private releaseGoneConnect(session: Session, exchange: Exchange): void {
    if (session.socket === exchange.socket) session.socket = undefined;
    if (session.held?.exchange !== exchange) return;
    session.held = undefined;
    session.seenAt = performance.now();
    session.needsPersist = true;
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
    return unknownSessionReply(message);
  }

  private refuse(message: ClientMessage, error: BayeuxError, advice?: Advice): Reply {
    this.metrics.refused.labels(error).inc();
    return errorReply(message, error, advice);
  }
}

function adviceFor({ channel }: ClientMessage): Advice | undefined {
  return channel === '/meta/connect' ? noReconnectAdvice : undefined;
}
