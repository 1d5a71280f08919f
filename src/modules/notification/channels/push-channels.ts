import { Injectable } from '@nestjs/common';
import type { PushType } from '../push-type.js';
import type { PushChannel } from './push-channel.js';

/** The channels of this server. Orchestration registers the one of orscb. */
@Injectable()
export class PushChannels {
  private readonly byType = new Map<PushType, PushChannel>();

  /** @throws Error when one of its types has a channel */
  register(channel: PushChannel): void {
    for (const type of channel.types) {
      if (this.byType.has(type)) throw new Error(`push type ${type} has a channel already`);
      this.byType.set(type, channel);
    }
  }

  /** undefined for a type that nobody has registered, and for comet, which is mail, not a call. */
  find(type: PushType): PushChannel | undefined {
    return this.byType.get(type);
  }
}
