import { Injectable } from '@nestjs/common';
import { Log } from '../../../core/observability/index.js';

/** One session, as those who follow sessions know it. */
export interface SessionIdentity {
  readonly clientId: string;
  readonly user: string;
}

/** How a session has ended. */
export interface SessionEnd extends SessionIdentity {
  readonly kind: 'disconnected' | 'lost';
  /** What the client's disconnect carried, as `transcriptPosition`; empty when it was lost. */
  readonly ext: Readonly<Record<string, unknown>>;
}

/** Port: follows the life of sessions. */
export interface SessionListener {
  /** Told by the node of the handshake, once, after the fact; it may fail by itself. */
  handshake?(session: SessionIdentity): void | Promise<void>;
  /**
   * Told at least once by one of the nodes, whichever dies in between: an end counts as taken when
   * this returns. What it throws, or 8 s of silence, has the end told again later, for a day. A
   * client id is never used again, so that a repeat can be told by it.
   */
  ended?(end: SessionEnd): void | Promise<void>;
}

/**
 * Where other modules register to follow sessions; chat does (docs/architecture.md, The ladder).
 */
@Injectable()
export class CometSessionLife {
  private readonly listeners: SessionListener[] = [];

  constructor(private readonly log: Log) {}

  /** To be called before the application is at work: ends that nobody follows are not noted. */
  register(listener: SessionListener): void {
    this.listeners.push(listener);
  }

  /** Whether somebody wants to know of ends. */
  get hasFollowers(): boolean {
    return this.listeners.some((listener) => listener.ended !== undefined);
  }

  /** Tells every listener that a session has begun. Never throws. */
  async notifyHandshake(session: SessionIdentity): Promise<void> {
    for (const listener of this.listeners) {
      try {
        await listener.handshake?.(session);
      } catch (error) {
        this.log.error({ err: error }, 'a listener to comet sessions failed');
      }
    }
  }

  /** Tells every listener of an end. @throws what the first of them throws that fails */
  async notifyEnd(end: SessionEnd): Promise<void> {
    for (const listener of this.listeners) await listener.ended?.(end);
  }
}
