import { Injectable } from '@nestjs/common';
import { isServiceChannel } from '../protocol/channels.js';
import type { SessionIdentity } from './session-life.js';

/**
 * Takes what a client publishes to one channel. What it throws is answered as a failure of ours.
 */
export type ServiceHandler = (session: SessionIdentity, data: unknown) => Promise<void>;

/** Port: who takes what clients publish under `/service/` (docs/architecture.md, The ladder). */
@Injectable()
export class CometServiceChannels {
  private readonly handlers = new Map<string, ServiceHandler>();

  /** @throws Error when the channel has a handler, or is none under `/service/` */
  register(channel: string, handler: ServiceHandler): void {
    if (!isServiceChannel(channel)) throw new Error(`${channel} is no service channel`);
    if (this.handlers.has(channel)) throw new Error(`channel ${channel} has a handler already`);
    this.handlers.set(channel, handler);
  }

  find(channel: string): ServiceHandler | undefined {
    return this.handlers.get(channel);
  }
}
