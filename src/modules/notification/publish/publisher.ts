import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Bus } from '../../../core/bus/bus.js';
import { pushTopic } from '../delivery/delivery.worker.js';
import { FirstAttemptNotifier } from '../delivery/first-attempt-notifier.js';
import { PushMetrics } from '../delivery/push-metrics.js';
import { DeliveryDispatcher } from '../delivery/delivery-dispatcher.js';
import { idempotencyKeyReused, publishFailed } from '../notification.errors.js';
import { PushProviders } from '../provider/push-providers.js';
import type { NewEvent } from '../event.js';
import { EventRepository } from './event.repository.js';
import { EventStore } from './event-store.js';
import type { IdempotencyKey } from '../idempotency.js';

/** First attempts that other nodes may make are looked for at least so often, milliseconds. */
const pollMs = 2000;

/** And not again before so many times as long as the look took. */
const pollCostFactor = 20;

/** What nobody has tried by then counts as not taken, milliseconds. */
const maxWaitMs = 30_000;

/**
 * Has events stored with their deliveries, and sets those going (docs/compatibility.md,
 * Notification, Delivery).
 */
@Injectable()
export class Publisher {
  constructor(
    private readonly store: EventStore,
    private readonly events: EventRepository,
    private readonly dispatcher: DeliveryDispatcher,
    private readonly firstAttempts: FirstAttemptNotifier,
    private readonly providers: PushProviders,
    private readonly bus: Bus,
    private readonly metrics: PushMetrics,
  ) {}

  /**
   * Stores an event and, with `push.publish_mode = sync`, waits for the first attempt of every
   * target that is not comet.
   * @param lane of the event's target
   * @param key the `Idempotency-Key` of the call: its repeat does nothing
   * @throws DomainError PublishFailed, IdempotencyKeyReused
   */
  async publish(event: NewEvent, lane: string, key: IdempotencyKey | undefined): Promise<void> {
    const id = randomUUID();
    const stored = await this.store.store(id, event, lane, key);
    if (key !== undefined && stored.isRepeat) {
      if (await this.events.hasSameBody(key)) return;
      throw idempotencyKeyReused();
    }
    // Done with being stored, which was its one try.
    if (stored.comet.length > 0)
      this.metrics.recordAttempts('comet', 'delivered', stored.comet.length);
    const attempts = stored.claimed.map((delivery) => this.dispatcher.dispatch(delivery));
    const hasMore = stored.accepted > stored.claimed.length + stored.comet.length;
    if (hasMore) this.bus.wake(pushTopic);
    if (this.providers.settings.publish_mode === 'async') return;
    const ends = await Promise.all(attempts);
    const failed =
      hasMore || ends.includes('putOff')
        ? await this.awaitFirstAttempts(id)
        : ends.filter((end) => end === 'failed').length;
    if (failed > 0) throw publishFailed(failed, stored.accepted);
  }

  /** Looks when a node has made a first attempt. */
  private awaitFirstAttempts(id: string): Promise<number> {
    const end = performance.now() + maxWaitMs;
    return this.firstAttempts.withSignal(id, async (signal) => {
      for (;;) {
        const began = performance.now();
        const { waiting, failed } = await this.events.findFirstAttempts(id);
        const ended = performance.now();
        if (waiting === 0 || ended > end) return failed + waiting;
        await signal.wait(Math.min(pollMs, end - ended));
        await delay(pollCostFactor * (ended - began));
      }
    });
  }
}
