import { Injectable } from '@nestjs/common';
import {
  type CounterMetric,
  type HistogramMetric,
  Metrics,
  AdaptiveCache,
} from '../../../core/observability/index.js';
import type { PushType } from '../push-type.js';
import { SubscriptionRepository } from '../subscription/subscription.repository.js';
import { DeliveryRepository } from './delivery.repository.js';

/** What this node has under way. */
export interface NodeLoad {
  readonly running: number;
  readonly waiting: number;
  readonly paused: number;
}

const buckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

/** What notification tells Prometheus. Lanes are no labels: there may be thousands. */
@Injectable()
export class PushMetrics {
  private readonly attempts: CounterMetric;
  private readonly acceptToSend: HistogramMetric;

  constructor(
    private readonly metrics: Metrics,
    deliveries: DeliveryRepository,
    subscriptions: SubscriptionRepository,
  ) {
    this.attempts = metrics.counter(
      'gms_push_tries_total',
      'Tries of deliveries on this node by how they ended: delivered, retry, failed',
      ['type', 'result'],
    );
    this.acceptToSend = metrics.histogram(
      'gms_push_accept_to_send_seconds',
      'From the acceptance of an event to the first try of a delivery of it',
      ['type'],
      buckets,
    );
    const ledger = new AdaptiveCache(() => deliveries.count());
    const live = new AdaptiveCache(() => subscriptions.count());
    metrics.gauge(
      'gms_push_deliveries',
      'The ledger of all nodes: accepted = delivered + pending + dead + expired',
      ['state'],
      async (set) => {
        for (const { state, count } of await ledger.get()) set(count, state);
      },
    );
    metrics.gauge(
      'gms_push_subscriptions',
      'Live subscriptions of all nodes',
      ['type'],
      async (set) => {
        for (const { type, count } of await live.get()) set(count, type);
      },
    );
  }

  /** @param load looks up what this node has under way */
  registerNodeGauges(load: () => NodeLoad): void {
    this.metrics.gauge(
      'gms_push_node_deliveries',
      'Deliveries that this node has claimed: running, waiting',
      ['state'],
      (set) => {
        const { running, waiting } = load();
        set(running, 'running');
        set(waiting, 'waiting');
      },
    );
    this.metrics.gauge(
      'gms_push_node_paused_providers',
      'Providers, callback hosts and single callbacks that the breakers of this node keep from calling',
      [],
      (set) => {
        set(load().paused);
      },
    );
  }

  recordFirstAttempt(type: PushType, afterMs: number): void {
    this.acceptToSend.labels(type).observe(afterMs / 1000);
  }

  recordAttempts(type: PushType, result: string, count = 1): void {
    this.attempts.labels(type, result).inc(count);
  }
}
