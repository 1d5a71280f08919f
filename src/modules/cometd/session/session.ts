import { type EventSocket, type Exchange, readingEndsAt } from './exchange.js';
import type { ClientMessage } from '../protocol/message.js';
import { eventChannel } from '../protocol/channels.js';
import type { Advice, Reply } from '../protocol/replies.js';
import type { OwnedSession } from './comet-session.repository.js';

/** A connect that waits for mail. Times are of the process's clock, milliseconds. */
export interface HeldConnect {
  /** What its reply goes by. */
  readonly message: ClientMessage;
  readonly exchange: Exchange;
  /** What the same request's other messages are answered. */
  readonly replies: readonly Reply[];
  /** What its reply advises; the first of a session does, later ones do not. */
  readonly advice: Advice | undefined;
  readonly since: number;
  /** Never before it has been looked for mail that was there when it came. */
  deadline: number;
}

/**
 * A session that this node answers for: a cursor into its user's log, and a connect perhaps held.
 */
export class Session {
  readonly user: string;
  readonly acknowledges: boolean;
  subscribed: boolean;
  /** How often this node has changed `subscribed` for the client. */
  subscriptionChanges = 0;
  connected: boolean;
  /** Everything up to this number has reached the client. */
  cursor: number;
  /** The highest number that is on its way to the client, or has reached it. */
  sent: number;
  /** Everything up to this number has been read; what comes next directly need not be read. */
  readUpTo: number;
  epoch: number;
  /** Whether the log may hold something that has not been read. */
  mayHaveMail: boolean;
  isReading = false;
  /** Resolves when what the log holds has been read and sent. */
  delivering: Promise<void> | undefined;
  /** More waits than was pushed at once; it is read when that has been written. */
  isWaitingForWrites = false;
  /**
   * Answers and frames with mail that are not written fully yet; without acknowledgements alone.
   */
  unwritten = 0;
  /** Answers that are being written, of whatever kind, and until when the client may read one. */
  private pendingResponses = 0;
  private readingUntil = 0;
  /** Grows whenever what was on its way is given up as lost. */
  deliveryGeneration = 0;
  held: HeldConnect | undefined;
  socket: EventSocket | undefined;
  /**
   * Whether its connects come to several nodes in turn, so that each is to look in the database.
   */
  isMigrating: boolean;
  /** Connects in a row that came here, while it is migrating. */
  stableConnects = 0;
  /** When the client was heard of last, and when the database was told so. */
  seenAt: number;
  persistedAt: number;
  /** Where it stands in `SessionDeadlines`. */
  deadlineSlot = Infinity;
  /** Whether the database does not know yet what this node knows. */
  needsPersist = false;

  constructor(
    readonly clientId: string,
    taken: OwnedSession,
    now: number,
  ) {
    this.user = taken.user;
    this.acknowledges = taken.acknowledges;
    this.subscribed = taken.subscriptions.includes(eventChannel);
    this.connected = taken.connected;
    this.cursor = taken.cursor;
    this.sent = taken.acknowledges ? Math.max(taken.cursor, taken.sent) : taken.cursor;
    this.readUpTo = taken.cursor;
    this.epoch = taken.epoch;
    this.mayHaveMail = true;
    this.isMigrating = taken.epoch > 1;
    this.seenAt = now;
    this.persistedAt = now;
  }

  /** Whether mail that went out was not acknowledged. */
  get hasUnacknowledged(): boolean {
    return this.acknowledges && this.sent > this.cursor;
  }

  /**
   * Where a read of the log begins: without acknowledgements what is on its way is as good as
   * there.
   */
  get readFrom(): number {
    return this.acknowledges ? this.cursor : this.sent;
  }

  /** Whether an event can go out at once. */
  get isReachable(): boolean {
    return this.held !== undefined || (this.socket !== undefined && !this.acknowledges);
  }

  /**
   * Whether the client is there although it does not ask: a connect of it is held, or it is still
   * reading an answer.
   * @param now the process's clock, milliseconds
   */
  isClientPresent(now: number): boolean {
    return this.held !== undefined || this.pendingResponses > 0 || now < this.readingUntil;
  }

  /** An answer begins to be written. */
  beginResponse(): void {
    this.pendingResponses++;
  }

  /** An answer has been written, or never will be. */
  endResponse(bytes: number, now: number): void {
    this.pendingResponses--;
    // A small one that goes another way does not end the reading of a large one.
    this.readingUntil = Math.max(this.readingUntil, readingEndsAt(bytes, now));
    this.seenAt = now;
  }

  /** The client has everything up to `seq`. */
  confirmUpTo(seq: number): void {
    if (seq <= this.cursor) return;
    this.cursor = seq;
    this.sent = Math.max(this.sent, seq);
    this.readUpTo = Math.max(this.readUpTo, seq);
    this.needsPersist = true;
  }

  /** The client says that it has everything up to `seq`: believed of what it was sent. */
  acknowledge(seq: number): void {
    if (this.acknowledges && seq <= this.sent) this.confirmUpTo(seq);
  }

  /**
   * The client speaks through another connection than the one on which mail is still being written:
   * that has not reached it.
   */
  switchSocket(socket: EventSocket | undefined): void {
    const isSame = socket !== undefined && socket === this.socket;
    if (isSame) return;
    if (this.unwritten > 0) this.rewindToCursor();
    this.socket?.detachSession(this.clientId);
    this.socket = socket;
  }

  /** Its websocket ends: nothing more goes out there, and the held connect is gone with it. */
  detachSocket(): void {
    this.held = undefined;
    this.switchSocket(undefined);
    this.mayHaveMail = true;
    this.needsPersist = true;
  }

  /** What was on its way is lost; it will be read and sent again. */
  rewindToCursor(): void {
    this.deliveryGeneration++;
    this.unwritten = 0;
    this.isWaitingForWrites = false;
    if (this.acknowledges || this.sent === this.cursor) return;
    this.sent = this.cursor;
    this.readUpTo = this.cursor;
    this.mayHaveMail = true;
  }
}
