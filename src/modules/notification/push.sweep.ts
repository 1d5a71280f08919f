import { Injectable } from '@nestjs/common';
import { EventRepository } from './publish/event.repository.js';
import { SubscriptionRepository } from './subscription/subscription.repository.js';
import { ProviderTokenRepository } from './channel/apple/provider-token.repository.js';
import { DeliveryRepository } from './delivery/delivery.repository.js';
import { Sweeper, type SweepBatch, type SweepTask } from '../../core/scheduling/index.js';

/** Says which deliveries expired, then forgets what nobody looks at any more. */
@Injectable()
export class PushSweep implements SweepTask {
  readonly name = 'push';
  readonly order = 70;

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly events: EventRepository,
    private readonly subscriptions: SubscriptionRepository,
    private readonly providerTokens: ProviderTokenRepository,
    sweeper: Sweeper,
  ) {
    sweeper.register(this);
  }

  async sweepBatch(limit: number): Promise<SweepBatch> {
    await this.providerTokens.sweep();
    const swept = [
      await this.deliveries.expireOverdue(limit),
      await this.deliveries.sweep(limit),
      await this.events.sweep(limit),
      await this.subscriptions.sweep(limit),
    ];
    return {
      removed: Math.max(...swept.map(({ removed }) => removed)),
      lagMs: Math.max(...swept.map(({ lagMs }) => lagMs)),
    };
  }
}
