import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Log } from '../../core/observability/index.js';
import { CometSessionRepository, type OwnedSession } from './session/comet-session.repository.js';
import { cometdSection } from './cometd.section.js';
import type { EventSocket } from './session/exchange.js';
import { PendingHandoffs, leaving } from './session/pending-handoffs.js';
import { MailDelivery } from './delivery/mail-delivery.js';
import { eventChannel } from './protocol/channels.js';
import { noReconnectAdvice } from './protocol/replies.js';
import { Session } from './session/session.js';
import { SessionEndNotifier } from './session/session-end-notifier.js';
import { SessionRegistry } from './session/session-registry.js';
import { Configuration } from '../../core/settings/index.js';

const gone = 'gone';
const changed = 'changed';

/** Connects in a row on one node after which a session is no longer migrating. */
const connectsUntilStable = 5;

/** Characters of a disconnect's `ext` that are kept for those who follow sessions. */
const maxExtLength = 8192;

/** What a connect wants of its session. */
export interface ConnectRequirements {
  /**
   * Whether it is answered before the next look after lost wake-ups: then it is looked now for what
   * has come. The first of a session always is.
   */
  readonly isAnsweredSoon: boolean;
  /** What the client acknowledges. */
  readonly ack: number | undefined;
  /** What it comes by. */
  readonly socket: EventSocket | undefined;
}

/** Sessions by their client id, wherever they were before. Any node answers any of them. */
@Injectable()
export class SessionDirectory implements OnModuleInit, OnApplicationShutdown {
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly repository: CometSessionRepository,
    private readonly registry: SessionRegistry,
    private readonly delivery: MailDelivery,
    private readonly ends: SessionEndNotifier,
    private readonly pendingHandoffs: PendingHandoffs,
    private readonly configuration: Configuration,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.stopListening = this.pendingHandoffs.follow((key) => {
      this.handleWakeUp(key);
    });
  }

  /** While the node stops, others take its sessions over and wait for its word. */
  onApplicationShutdown(): void {
    this.stopListening();
  }

  /** The session for a connect, now answered for by this node; undefined: unknown or another's. */
  async takeForConnect(
    clientId: string,
    user: string,
    wanted: ConnectRequirements,
  ): Promise<Session | undefined> {
    const known = this.registry.find(clientId);
    if (known !== undefined && this.isAuthoritative(known)) {
      if (known.user !== user) return undefined;
      const isHeld = known.connected && !wanted.isAnsweredSoon && hasStayed(known, wanted);
      if (isHeld || (await this.isStillOwner(known))) return known;
    }
    // It asks, whether or not the database can be reached.
    if (known?.user === user && this.isAlive(known)) known.seenAt = performance.now();
    const taken = await this.repository.takeOver(
      clientId,
      user,
      this.maxInterval,
      this.pendingHandoffs.ownId,
    );
    if (taken === undefined) {
      if (known?.user === user) this.delivery.dropSession(known);
      return undefined;
    }
    if (known?.epoch === taken.epoch - 1) return this.registerOwned(clientId, taken, true);
    return this.registerOwned(
      clientId,
      await this.pendingHandoffs.takeOver(clientId, taken, this.maxInterval, wanted.ack),
      false,
    );
  }

  /** Whether the session is there, for messages that take nothing over. */
  async exists(clientId: string, user: string): Promise<boolean> {
    const known = this.registry.find(clientId);
    if (known !== undefined && this.isAuthoritative(known)) return known.user === user;
    return (await this.repository.find(clientId, user, this.maxInterval)) !== undefined;
  }

  /** @returns whether the session is there */
  async subscribe(clientId: string, user: string, channels: readonly string[]): Promise<boolean> {
    const lastSeq = await this.repository.changeSubscriptions(
      { clientId, user, channels, adds: true },
      this.maxInterval,
    );
    if (lastSeq === undefined) return false;
    const session = this.changeSubscription(clientId, channels, true);
    if (session === undefined) return true;
    // A wake-up may have come meanwhile, for what was committed after the statement looked.
    if (session.mayHaveMail || lastSeq > session.readUpTo)
      this.delivery.deliverIfReachable(session);
    return true;
  }

  /** @returns whether the session is there */
  async unsubscribe(clientId: string, user: string, channels: readonly string[]): Promise<boolean> {
    const change = { clientId, user, channels, adds: false };
    const lastSeq = await this.repository.changeSubscriptions(change, this.maxInterval);
    if (lastSeq === undefined) return false;
    this.changeSubscription(clientId, channels, false);
    return true;
  }

  /**
   * Ends a session for good; a held connect is released.
   * @returns whether there was one
   */
  async end(
    clientId: string,
    user: string,
    ext: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    const told = this.ends.hasFollowers ? truncateExt(ext) : undefined;
    if (!(await this.repository.end(clientId, user, this.maxInterval, told))) return false;
    this.endLocally(clientId);
    this.pendingHandoffs.tell(`${clientId}:${gone}`);
    if (told !== undefined) this.ends.wake();
    return true;
  }

  private get maxInterval(): number {
    return this.configuration.get(cometdSection).max_interval;
  }

  /** Whether what this node knows can be answered by without a look in the database. */
  private isAuthoritative(session: Session): boolean {
    return this.isAlive(session) && !session.isMigrating && this.pendingHandoffs.areHeard;
  }

  private isAlive(session: Session): boolean {
    const now = performance.now();
    return session.isClientPresent(now) || now - session.seenAt < this.maxInterval * 1000;
  }

  /**
   * Looks in the database whether this node still answers for the session, and notes what has come
   * for it: the wake-up from another node may not have arrived yet.
   */
  private async isStillOwner(session: Session): Promise<boolean> {
    const { clientId, subscriptionChanges } = session;
    const state = await this.repository.readState(clientId);
    const isOurs = this.registry.find(clientId) === session && state?.epoch === session.epoch;
    if (!isOurs) return false;
    // What was read may be older than what has been changed here.
    if (session.subscriptionChanges === subscriptionChanges) {
      session.subscribed = state.isSubscribed === true;
    }
    if ((state.lastSeq ?? 0) > session.readUpTo) session.mayHaveMail = true;
    return true;
  }

  private registerOwned(clientId: string, taken: OwnedSession, isOurs: boolean): Session {
    const known = this.registry.find(clientId);
    if (known === undefined) {
      const session = new Session(clientId, taken, performance.now());
      this.registry.add(session);
      return session;
    }
    // Of two connects at once the answers of the database may come in any order.
    known.epoch = Math.max(known.epoch, taken.epoch);
    known.connected = known.connected || taken.connected;
    known.subscribed = taken.subscriptions.includes(eventChannel);
    known.mayHaveMail = true;
    if (known.acknowledges) known.sent = Math.max(known.sent, taken.sent);
    known.confirmUpTo(taken.cursor);
    known.stableConnects = isOurs ? known.stableConnects + 1 : 0;
    known.isMigrating = known.stableConnects < connectsUntilStable;
    return known;
  }

  /** @returns the session, if this node answers for it and its events are what changed */
  private changeSubscription(
    clientId: string,
    channels: readonly string[],
    to: boolean,
  ): Session | undefined {
    const session = this.registry.find(clientId);
    if (session === undefined || session.isMigrating) {
      this.pendingHandoffs.tell(`${clientId}:${changed}`);
    }
    if (session === undefined || !channels.includes(eventChannel)) return undefined;
    session.subscribed = to;
    session.subscriptionChanges++;
    session.seenAt = performance.now();
    return session;
  }

  private endLocally(clientId: string): void {
    const session = this.registry.remove(clientId);
    if (session !== undefined) this.delivery.answerConnect(session, [], noReconnectAdvice);
  }

  private handleWakeUp(key: string): void {
    const [clientId = '', what = ''] = key.split(':');
    const session = this.registry.find(clientId);
    if (session === undefined) return;
    if (what === gone) this.endLocally(clientId);
    else if (what === changed) void this.reloadSubscriptions(session);
    else if (Number(what) > session.epoch) this.handOff(session);
  }

  /** Another node answers for it now. */
  handOff(session: Session): void {
    void this.delivery.handOff(session).then((isWritten) => {
      if (isWritten) this.pendingHandoffs.tell(leaving(session.clientId, session.epoch));
    });
  }

  /** Its subscriptions were changed by way of another node. Never rejects. */
  async reloadSubscriptions(session: Session): Promise<void> {
    const { clientId, user, subscriptionChanges } = session;
    try {
      const found = await this.repository.find(clientId, user, this.maxInterval);
      if (found === undefined || this.registry.find(clientId) !== session) return;
      // What was read may be older than what has been changed here.
      if (session.subscriptionChanges !== subscriptionChanges) return;
      session.subscribed = found.subscriptions.includes(eventChannel);
      this.delivery.deliverIfReachable(session);
    } catch (error) {
      this.log.debug(
        { err: error },
        'a changed comet session could not be read; it is looked at later',
      );
    }
  }
}

/**
 * Whether the client cannot have spoken to another node since, of which nothing was heard here yet.
 * It stays on its websocket; and by what it acknowledges it tells that another node has sent it
 * mail.
 */
function hasStayed(session: Session, { ack, socket }: ConnectRequirements): boolean {
  if (socket !== undefined && session.socket === socket) return true;
  return session.acknowledges && (ack ?? 0) <= session.sent;
}

/**
 * What is told of a disconnect's `ext`, JSON: all of it, or of a large one what the documents name.
 */
function truncateExt(ext: Readonly<Record<string, unknown>>): string {
  const all = JSON.stringify(ext);
  if (all.length <= maxExtLength) return all;
  const named = JSON.stringify({ transcriptPosition: ext.transcriptPosition });
  return named.length <= maxExtLength ? named : '{}';
}
