import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { ENVIRONMENT, type Environment } from '../config/index.js';
import { isConnectionFailure } from '../database/index.js';
import {
  Log,
  FailureThrottle,
  type CounterMetric,
  Metrics,
  type SetValue,
} from '../observability/index.js';

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
        this.setForEachTask(set, ({ lagMs }) => lagMs / 1000);
      },
    );
    metrics.gauge(
      'gms_sweeper_last_run_timestamp_seconds',
      'When the task was last done to its end, Unix time',
      ['task'],
      (set) => {
        this.setForEachTask(set, ({ at }) => at / 1000);
      },
    );
  }

  recordSweep(task: string, removed: number, lagMs: number): void {
    this.removed.labels(task).inc(removed);
    this.lastRuns.set(task, { at: Date.now(), lagMs });
  }

  private setForEachTask(
    set: SetValue,
    value: (run: { at: number; lagMs: number }) => number,
  ): void {
    for (const [task, run] of this.lastRuns) set(value(run), task);
  }
}

/** The pause between two batches is as long as the batch was, within these milliseconds. */
const pauseBoundsMs = { least: 10, most: 50 };

/**
 * Lets requests come in between two batches, the more the busier the database is. Without the
 * pause a sweep of 1,000,000 rows ran at 170,000 a second and doubled the p99 of foreground calls
 * (bench/RESULTS.md).
 * @param batchMs how long the batch took, milliseconds
 */
export async function pauseBetweenBatches(batchMs: number): Promise<void> {
  await delay(Math.min(Math.max(batchMs, pauseBoundsMs.least), pauseBoundsMs.most));
}

/**
 * How many things one batch removes. Measured on 1,000,000 rows beside foreground traffic
 * (docs/decisions/0004-storage-areas-and-entries.md): 5,000 sweeps 390,000 rows a second with
 * statements of at most 20 ms, 1,000 only 140,000, and one statement for all holds everybody up for
 * 1.5 s.
 */
const batchSize = 5000;

/** After so many milliseconds a task that finds no end lets the others go first. */
const maxTaskMs = 30_000;

const intervalName = 'sweeper';

/** What one task did in one sweep. */
export interface TaskSweepResult extends SweepBatch {
  readonly task: string;
}

/**
 * Removes what has expired: on every node, every `sweepIntervalMs`, one task after the other in
 * their order. Nodes share the work, as each batch skips what another one holds.
 */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly tasks: { task: SweepTask; trouble: FailureThrottle }[] = [];
  private currentSweep: Promise<TaskSweepResult[]> | undefined;
  private stopping = false;

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly metrics: SweepMetrics,
    private readonly log: Log,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  register(task: SweepTask): void {
    this.tasks.push({ task, trouble: new FailureThrottle(this.log, `the sweep of ${task.name}`) });
    this.tasks.sort((one, other) => one.task.order - other.task.order);
  }

  onApplicationBootstrap(): void {
    const timer = setInterval(() => {
      // A sweep that is still under way when the next one is due takes its place.
      if (this.currentSweep === undefined) void this.startSweep();
    }, this.environment.sweepIntervalMs);
    this.scheduler.addInterval(intervalName, timer);
  }

  /** Waits for the batch under way and leaves the rest to others. */
  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    if (this.scheduler.doesExist('interval', intervalName))
      this.scheduler.deleteInterval(intervalName);
    await this.currentSweep;
  }

  /**
   * Sweeps at once, after the sweep that is under way, if any.
   * @returns what each task removed; a task that failed is missing, and in the log
   */
  async sweepNow(): Promise<TaskSweepResult[]> {
    while (this.currentSweep !== undefined) await this.currentSweep;
    return this.startSweep();
  }

  private startSweep(): Promise<TaskSweepResult[]> {
    this.currentSweep = this.sweep().finally(() => {
      this.currentSweep = undefined;
    });
    return this.currentSweep;
  }

  private async sweep(): Promise<TaskSweepResult[]> {
    const swept: TaskSweepResult[] = [];
    for (const { task, trouble } of this.tasks) {
      if (this.stopping) break;
      try {
        swept.push(await this.runTask(task));
        trouble.recordSuccess();
      } catch (error) {
        trouble.recordFailure(error);
        // The others would only wait for the same database.
        if (isConnectionFailure(error)) break;
      }
    }
    return swept;
  }

  private async runTask(task: SweepTask): Promise<TaskSweepResult> {
    const started = performance.now();
    let removed = 0;
    let lagMs = 0;
    for (let isLast = false; !isLast;) {
      const batchStarted = performance.now();
      const batch = await task.sweepBatch(batchSize);
      removed += batch.removed;
      lagMs = Math.max(lagMs, batch.lagMs);
      const hasMore = batch.hasMore ?? batch.removed >= batchSize;
      isLast = !hasMore || this.stopping || performance.now() - started > maxTaskMs;
      if (!isLast) await pauseBetweenBatches(performance.now() - batchStarted);
    }
    this.metrics.recordSweep(task.name, removed, lagMs);
    const facts = { task: task.name, removed, lagMs: Math.round(lagMs) };
    if (removed > 0) this.log.debug({ ...facts, tookMs: elapsedMsSince(started) }, 'swept');
    return facts;
  }
}

function elapsedMsSince(started: number): number {
  return Math.round(performance.now() - started);
}

/** What one batch of a sweep did. */
export interface SweepBatch {
  /** How many things were removed. */
  readonly removed: number;
  /** How long the oldest of them had been expired, milliseconds; 0 when none was removed. */
  readonly lagMs: number;
  /** Whether another batch is needed; absent: when this one removed as many as it might. */
  readonly hasMore?: boolean;
}

/** Removes what has expired of one kind, in batches that skip what others hold. */
export interface SweepTask {
  /** Names the task in logs and metrics, as `storage`. */
  readonly name: string;
  /** Lower goes first: access numbers are released before anything else is removed. */
  readonly order: number;
  /** Removes at most `limit` rows, or of large ones fewer, in one short transaction. */
  sweepBatch(limit: number): Promise<SweepBatch>;
}
