import { Injectable } from '@nestjs/common';
import { PushChannels } from '../channel/push-channel.js';
import { requireDestination } from '../subscription/require-destination.js';
import { PushProviders, requireProvider } from '../provider/push-providers.js';
import type { IdempotencyKey } from '../idempotency.js';
import type { NewEvent } from '../event.js';
import { Publisher } from './publisher.js';

/** The call that publishes an event (docs/compatibility.md, Notification, Delivery). */
@Injectable()
export class PublishService {
  constructor(
    private readonly channels: PushChannels,
    private readonly providers: PushProviders,
    private readonly publisher: Publisher,
  ) {}

  /**
   * @param key the `Idempotency-Key` of the call: its repeat does nothing
   * @throws DomainError InvalidParameter, PushTypeNotEnabled, PublishFailed, IdempotencyKeyReused
   */
  async publish(event: NewEvent, key: IdempotencyKey | undefined): Promise<void> {
    requireProvider(this.providers, event.provider);
    const { target } = event;
    const lane = target && requireDestination(this.channels, this.providers, target);
    await this.publisher.publish(event, lane ?? '', key);
  }
}
