import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Histogram, Registry, Gauge } from 'prom-client';
import { Log } from './log.js';
import { FailureThrottle } from './failure-throttle.js';

/** Sets the value that a gauge has under these label values, given in the order of the names. */
export type SetValue = (value: number, ...labelValues: string[]) => void;

/** Tells the values of a gauge when somebody asks for them. */
export type Collect = (set: SetValue) => void | Promise<void>;

/** A gauge whose values are looked up when somebody asks. */
export class CollectedGauge {
  private readonly gauge: Gauge;
  private readonly hasNoLabels: boolean;
  private isCollecting = false;

  constructor(
    description: { name: string; help: string; labelNames: readonly string[]; registry: Registry },
    private readonly collect: Collect,
    private readonly failureThrottle: FailureThrottle,
  ) {
    const { name, help, labelNames, registry } = description;
    this.gauge = new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
    this.hasNoLabels = labelNames.length === 0;
    this.clearValues();
  }

  /**
   * Looks the values up; until that is done there are none. Never rejects.
   * @param deadline when they are not wanted any more
   */
  async refresh(deadline: AbortSignal): Promise<void> {
    this.clearValues();
    // A look-up that hangs is not asked again: each would hold another connection.
    if (this.isCollecting || deadline.aborted) return;
    this.isCollecting = true;
    const values: [value: number, labelValues: string[]][] = [];
    try {
      await this.collect((value, ...labelValues) => values.push([value, labelValues]));
      deadline.throwIfAborted();
      for (const [value, labelValues] of values) this.gauge.labels(...labelValues).set(value);
      this.failureThrottle.recordSuccess();
    } catch (error) {
      this.failureThrottle.recordFailure(error);
    } finally {
      this.isCollecting = false;
    }
  }

  private clearValues(): void {
    this.gauge.reset();
    // One without labels is 0 after a reset.
    if (this.hasNoLabels) this.gauge.remove();
  }
}

/** A count that only grows: `labels('…').inc()`. Keep what `labels` returns on a hot path. */
export type CounterMetric = Pick<Counter, 'inc' | 'labels'>;

/** A distribution: `labels('…').observe(seconds)`. Keep what `labels` returns on a hot path. */
export type HistogramMetric = Pick<Histogram, 'observe' | 'labels'>;

type MetricName = `gms_${string}`;

/** Gauges that are not collected by then are left out of the answer, milliseconds. */
const collectTimeoutMs = 2000;

/** How many gauges are collected at once: a scrape must not take up the connections. */
const collectConcurrency = 2;

/**
 * What this node tells Prometheus. Every application has a registry of its own. Label values must
 * be few: a route's pattern, never its path; a group, never a service.
 */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly gauges: CollectedGauge[] = [];
  private scraping: Promise<string> | undefined;

  constructor(private readonly log: Log) {
    collectDefaultMetrics({ register: this.registry });
  }

  counter(name: MetricName, help: string, labelNames: readonly string[] = []): CounterMetric {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** @param buckets upper bounds, in the unit that the name ends in, ascending */
  histogram(
    name: MetricName,
    help: string,
    labelNames: readonly string[],
    buckets: readonly number[],
  ): HistogramMetric {
    return new Histogram({
      name,
      help,
      labelNames: [...labelNames],
      buckets: [...buckets],
      registers: [this.registry],
    });
  }

  /**
   * A value that is looked up when somebody asks, as the number of live services. A look-up that
   * fails, or is not done within two seconds, leaves this one metric without values.
   */
  gauge(name: MetricName, help: string, labelNames: readonly string[], collect: Collect): void {
    const description = { name, help, labelNames, registry: this.registry };
    const trouble = new FailureThrottle(this.log, `collecting ${name}`);
    this.gauges.push(new CollectedGauge(description, collect, trouble));
  }

  /** The media type of `text`. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** All metrics in Prometheus's text format. Who asks meanwhile gets the same answer. */
  text(): Promise<string> {
    this.scraping ??= this.scrape().finally(() => {
      this.scraping = undefined;
    });
    return this.scraping;
  }

  private async scrape(): Promise<string> {
    const deadline = new AbortController();
    const limit = setTimeout(() => {
      deadline.abort();
    }, collectTimeoutMs);
    const waiting = [...this.gauges];
    const collectWaiting = async () => {
      for (let gauge = waiting.shift(); gauge; gauge = waiting.shift()) {
        await gauge.refresh(deadline.signal);
      }
    };
    const collectors = Array.from({ length: collectConcurrency }, collectWaiting);
    await Promise.race([Promise.all(collectors), aborted(deadline.signal)]);
    clearTimeout(limit);
    return this.registry.metrics();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
