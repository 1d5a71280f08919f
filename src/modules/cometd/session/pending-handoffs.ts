import { Injectable } from '@nestjs/common';
import { Bus } from '../../../core/bus/index.js';
import { AdaptiveCache } from '../../../core/observability/index.js';
import { AwaitedWords, type Patience } from '../awaited-words.js';
import { CometSessionRepository, type OwnedSession } from './comet-session.repository.js';

/**
 * The bus topic that says: something became of a session. Keys are `<client id>:<what>`, where an
 * epoch as `<what>` says that a node has taken the session over, and `left:<epoch>` that the one
 * before has written down how far the client had come.
 */
export const sessionTopic = 'comet-session';
const left = 'left';

/**
 * Without acknowledgements only the node before us knows how much of the mail has reached the
 * client. It writes that down and says so; so long, in milliseconds, one that may be dead is
 * waited for.
 */
const longestHandoverMs = 1000;

/**
 * As long as that one lives it is waited for up to so long, milliseconds, or a quarter of
 * `max_interval`: what it has sent, and has not written down yet, would else be sent again. One that
 * hangs for longer is as good as dead, and the client must not run out of its time.
 */
const longestHandoverToLivingMs = 10_000;

/**
 * So often, in milliseconds, it is told again: what was told may have been lost where it did not listen,
 * as after an outage of the database, and what it wrote down may have failed.
 */
const tellAgainMs = 250;

/**
 * The node of the handshake answers connects without a look in the database, until it hears that
 * another one has taken over. Our answer lets the client send the next connect, perhaps there
 * again: so long, in milliseconds, it waits for that.
 */
const longestFirstHandoverMs = 250;

/** Nodes that are remembered at once. */
const maxNodes = 100;

/** What nodes tell each other of sessions, and how a session comes from one of them to another. */
@Injectable()
export class PendingHandoffs {
  private readonly resolversByKey = new AwaitedWords();
  /** Whether a node lives, for all sessions that come from it at once. */
  private readonly presenceByNode = new Map<string, AdaptiveCache<boolean>>();

  constructor(
    private readonly repository: CometSessionRepository,
    private readonly bus: Bus,
  ) {}

  /** As which this node answers for sessions. */
  get ownId(): string {
    return this.bus.ownId;
  }

  /** Whether nodes hear of each other at present. */
  get areHeard(): boolean {
    return this.bus.isConnected;
  }

  /** Tells all nodes of a session. */
  tell(key: string): void {
    this.bus.wake(sessionTopic, key);
  }

  /**
   * Hears what is told of sessions.
   * @returns a function that ends it
   */
  follow(hear: (key: string) => void): () => void {
    return this.bus.onWake(sessionTopic, (key) => {
      if (key === undefined) return;
      this.resolversByKey.heard(key);
      hear(key);
    });
  }

  /** Tells the node that had the session, and waits for its word where that matters. */
  async takeOver(
    clientId: string,
    taken: OwnedSession,
    maxInterval: number,
    ack = 0,
  ): Promise<OwnedSession> {
    const isAhead = taken.acknowledges && ack > Math.max(taken.cursor, taken.sent);
    const mostMs = Math.max(longestWaitFor(taken), isAhead ? longestFirstHandoverMs : 0);
    const toLivingMs = Math.min(longestHandoverToLivingMs, (maxInterval * 1000) / 4);
    const patience = this.patienceFor(clientId, taken, mostMs, toLivingMs);
    const hasLeft =
      mostMs > 0 && this.resolversByKey.expect(leaving(clientId, taken.epoch - 1), patience);
    this.tell(`${clientId}:${String(taken.epoch)}`);
    const isWritten = await hasLeft;
    if (taken.acknowledges && !isAhead) return taken;
    const found = await this.repository.find(clientId, taken.user, maxInterval);
    if (found === undefined) return taken;
    // A node that died has not written down what it had sent last: that may be acknowledged, but
    // nobody was sent more than there is.
    const isCredible = !isWritten && ack <= found.lastSeq;
    return {
      ...taken,
      cursor: found.cursor,
      sent: isCredible ? Math.max(found.sent, ack) : found.sent,
    };
  }

  /**
   * With acknowledgements the client tells by itself what it has. Else the node before is told again and
   * again; where it or this node does not listen, no word can come.
   */
  private patienceFor(
    clientId: string,
    { acknowledges, owner, epoch }: OwnedSession,
    mostMs: number,
    toLivingMs: number,
  ): Patience {
    if (acknowledges || owner === null) return { mostMs };
    let waitedMs = 0;
    const mayCome = async (): Promise<boolean> => {
      waitedMs += tellAgainMs;
      const isThere = this.bus.isConnected && (await this.isThere(owner));
      if (isThere) this.tell(`${clientId}:${String(epoch)}`);
      return isThere || waitedMs < mostMs;
    };
    return {
      mostMs: tellAgainMs,
      longer: { times: Math.ceil(Math.max(toLivingMs, mostMs) / tellAgainMs) - 1, mayCome },
    };
  }

  private isThere(node: string): Promise<boolean> {
    const known = this.presenceByNode.get(node);
    if (known !== undefined) return known.get();
    // Each start of a node has a name of its own; those of the past are forgotten.
    if (this.presenceByNode.size >= maxNodes) this.presenceByNode.clear();
    const presence = new AdaptiveCache(() => this.bus.isThere(node));
    this.presenceByNode.set(node, presence);
    return presence.get();
  }
}

/** The key that says: the node that had the session in this epoch has left it. */
export function leaving(clientId: string, epoch: number): string {
  return `${clientId}:${left}:${String(epoch)}`;
}

/** How long to wait for the word of the node that had the session, milliseconds. */
function longestWaitFor({ acknowledges, connected, epoch }: OwnedSession): number {
  // That a session has connected is written down some moments after the node of its handshake has
  // answered: from that node a first connect may have brought mail already.
  if (!acknowledges && (connected || epoch === 2)) return longestHandoverMs;
  return epoch === 2 ? longestFirstHandoverMs : 0;
}
