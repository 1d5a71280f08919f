import { Injectable } from '@nestjs/common';
import { Log } from '../../core/observability/index.js';

/** One session, as those who follow sessions know it. */
export interface SessionName {
  readonly clientId: string;
  readonly user: string;
}

/** Port: follows the life of sessions. Each is told after the fact and may fail by itself. */
export interface SessionListener {
  handshake?(session: SessionName): void | Promise<void>;
  /** @param ext what the client's disconnect carried, as `transcriptPosition` */
  disconnected?(session: SessionName, ext: Readonly<Record<string, unknown>>): void | Promise<void>;
  /** The session was not seen for `cometd.max_interval`; one node tells of each. */
  lost?(session: SessionName): void | Promise<void>;
}

/** Where other modules register to follow sessions; chat does (architecture.md, Ports). */
@Injectable()
export class CometSessionLife {
  private readonly listeners: SessionListener[] = [];

  constructor(private readonly log: Log) {}

  register(listener: SessionListener): void {
    this.listeners.push(listener);
  }

  /** Tells every listener. Never throws. */
  async tell(say: (listener: SessionListener) => void | Promise<void>): Promise<void> {
    for (const listener of this.listeners) {
      try {
        await say(listener);
      } catch (error) {
        this.log.error({ err: error }, 'a listener to comet sessions failed');
      }
    }
  }
}
