import { Gauge, type Registry } from 'prom-client';
import type { Trouble } from './trouble.js';

/** Sets the value that a gauge has under these label values, given in the order of the names. */
export type SetValue = (value: number, ...labelValues: string[]) => void;

/** Tells the values of a gauge when somebody asks for them. */
export type Collect = (set: SetValue) => void | Promise<void>;

/** A gauge whose values are looked up when somebody asks. */
export class CollectedGauge {
  private readonly gauge: Gauge;
  private readonly hasNoLabels: boolean;
  private underWay = false;

  constructor(
    description: { name: string; help: string; labelNames: readonly string[]; registry: Registry },
    private readonly collect: Collect,
    private readonly trouble: Trouble,
  ) {
    const { name, help, labelNames, registry } = description;
    this.gauge = new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
    this.hasNoLabels = labelNames.length === 0;
    this.forget();
  }

  /**
   * Looks the values up; until that is done there are none. Never rejects.
   * @param deadline when they are not wanted any more
   */
  async refresh(deadline: AbortSignal): Promise<void> {
    this.forget();
    // A look-up that hangs is not asked again: each would hold another connection.
    if (this.underWay || deadline.aborted) return;
    this.underWay = true;
    const values: [value: number, labelValues: string[]][] = [];
    try {
      await this.collect((value, ...labelValues) => values.push([value, labelValues]));
      deadline.throwIfAborted();
      for (const [value, labelValues] of values) this.gauge.labels(...labelValues).set(value);
      this.trouble.succeeded();
    } catch (error) {
      this.trouble.failed(error);
    } finally {
      this.underWay = false;
    }
  }

  private forget(): void {
    this.gauge.reset();
    // One without labels is 0 after a reset.
    if (this.hasNoLabels) this.gauge.remove();
  }
}
