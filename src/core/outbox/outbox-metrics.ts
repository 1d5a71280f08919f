import { Injectable } from '@nestjs/common';
import { type CounterMetric, Metrics, AdaptiveCache } from '../observability/index.js';
import { OutboxRepository } from './outbox.repository.js';

/** What this node has brought about, and what is left for all nodes. */
@Injectable()
export class OutboxMetrics {
  private readonly settledTotal: CounterMetric;

  constructor(metrics: Metrics, repository: OutboxRepository) {
    this.settledTotal = metrics.counter(
      'gms_outbox_tries_total',
      'Tries of effects on this node by how they ended: completed, retried, dead',
      ['kind', 'end'],
    );
    const effects = new AdaptiveCache(() => repository.count());
    metrics.gauge(
      'gms_outbox_effects',
      'Effects of all nodes by state: pending, running, dead',
      ['kind', 'state'],
      async (set) => {
        for (const { kind, state, count } of await effects.get()) set(count, kind, state);
      },
    );
  }

  recordAttempt(kind: string, state: 'pending' | 'done' | 'dead'): void {
    this.settledTotal.labels(kind, ends[state]).inc();
  }
}

const ends = { pending: 'retried', done: 'completed', dead: 'dead' } as const;
