import { Injectable } from '@nestjs/common';
import { type CounterMetric, Metrics, AdaptiveCache } from '../../../core/observability/index.js';
import { cometdSection } from '../cometd.section.js';
import { CometMaintenanceRepository } from './comet-maintenance.repository.js';
import { SessionRegistry } from './session-registry.js';
import { Configuration } from '../../../core/settings/index.js';

/** What the comet endpoint tells Prometheus. */
@Injectable()
export class CometdMetrics {
  readonly sent: CounterMetric;
  readonly redelivered: CounterMetric;
  readonly refused: CounterMetric;
  readonly dropped: CounterMetric;

  constructor(
    metrics: Metrics,
    registry: SessionRegistry,
    sessions: CometMaintenanceRepository,
    configuration: Configuration,
  ) {
    this.sent = metrics.counter('gms_comet_events_total', 'Events sent to sessions by this node');
    this.redelivered = metrics.counter(
      'gms_comet_events_redelivered_total',
      'Events sent again because nobody acknowledged them, by this node',
    );
    this.refused = metrics.counter(
      'gms_comet_refused_total',
      'Messages of clients that were refused, by Bayeux error',
      ['error'],
    );
    this.dropped = metrics.counter(
      'gms_comet_sessions_dropped_total',
      'Sessions dropped because they took no events: queue, or socket',
      ['limit'],
    );
    const live = new AdaptiveCache(() =>
      sessions.count(configuration.get(cometdSection).max_interval),
    );
    metrics.gauge(
      'gms_comet_sessions',
      'Comet sessions that live, of all nodes',
      [],
      async (set) => {
        set(await live.get());
      },
    );
    metrics.gauge(
      'gms_comet_node_sessions',
      'Comet sessions that this node answers for, by what it has of them',
      ['state'],
      (set) => {
        const all = [...registry.all];
        set(all.filter(({ held }) => held !== undefined).length, 'held');
        set(all.filter(({ socket }) => socket !== undefined).length, 'websocket');
        set(all.filter(({ needsPersist: isUnkept }) => isUnkept).length, 'unkept');
        set(all.length, 'known');
      },
    );
  }
}
