import { Injectable } from '@nestjs/common';
import { type CounterMetric, Metrics, type SetValue } from '../observability/index.js';

/** What the sweeper of this node has done, by task. */
@Injectable()
export class SweepMetrics {
  private readonly removed: CounterMetric;
  private readonly lastRuns = new Map<string, { at: number; lagMs: number }>();

  constructor(metrics: Metrics) {
    this.removed = metrics.counter('gms_sweeper_removed_total', 'Expired things removed', ['task']);
    metrics.gauge(
      'gms_sweeper_lag_seconds',
      'How long the oldest thing that the last sweep removed had been expired',
      ['task'],
      (set) => {
        this.each(set, ({ lagMs }) => lagMs / 1000);
      },
    );
    metrics.gauge(
      'gms_sweeper_last_run_timestamp_seconds',
      'When the task was last done to its end, Unix time',
      ['task'],
      (set) => {
        this.each(set, ({ at }) => at / 1000);
      },
    );
  }

  swept(task: string, removed: number, lagMs: number): void {
    this.removed.labels(task).inc(removed);
    this.lastRuns.set(task, { at: Date.now(), lagMs });
  }

  private each(set: SetValue, value: (run: { at: number; lagMs: number }) => number): void {
    for (const [task, run] of this.lastRuns) set(value(run), task);
  }
}
