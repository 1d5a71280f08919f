import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { ENVIRONMENT, type Environment } from '../config/index.js';
import { isConnectionFailure } from '../database/index.js';
import { Log, Trouble } from '../observability/index.js';
import { breathe } from './breathe.js';
import { SweepMetrics } from './sweep-metrics.js';
import type { SweepBatch, SweepTask } from './sweep-task.js';

/**
 * How many things one batch removes. Measured on 1,000,000 rows beside foreground traffic
 * (design, stack.md): 5,000 sweeps 390,000 rows a second with statements of at most 20 ms, 1,000
 * only 140,000, and one statement for all holds everybody up for 1.5 s.
 */
const batchSize = 5000;

/** After so many milliseconds a task that finds no end lets the others go first. */
const longestTaskMs = 30_000;

const interval = 'sweeper';

/** What one task did in one sweep. */
export interface SweptTask extends SweepBatch {
  readonly task: string;
}

/**
 * Removes what has expired: on every node, every `sweepIntervalMs`, one task after the other in
 * their order. Nodes share the work, as each batch skips what another one holds.
 */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly tasks: { task: SweepTask; trouble: Trouble }[] = [];
  private underWay: Promise<SweptTask[]> | undefined;
  private stopping = false;

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly metrics: SweepMetrics,
    private readonly log: Log,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  register(task: SweepTask): void {
    this.tasks.push({ task, trouble: new Trouble(this.log, `the sweep of ${task.name}`) });
    this.tasks.sort((one, other) => one.task.order - other.task.order);
  }

  onApplicationBootstrap(): void {
    const timer = setInterval(() => {
      // A sweep that is still under way when the next one is due takes its place.
      if (this.underWay === undefined) void this.begin();
    }, this.environment.sweepIntervalMs);
    this.scheduler.addInterval(interval, timer);
  }

  /** Waits for the batch under way and leaves the rest to others. */
  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    if (this.scheduler.doesExist('interval', interval)) this.scheduler.deleteInterval(interval);
    await this.underWay;
  }

  /**
   * Sweeps at once, after the sweep that is under way, if any.
   * @returns what each task removed; a task that failed is missing, and in the log
   */
  async sweepNow(): Promise<SweptTask[]> {
    while (this.underWay !== undefined) await this.underWay;
    return this.begin();
  }

  private begin(): Promise<SweptTask[]> {
    this.underWay = this.sweep().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  private async sweep(): Promise<SweptTask[]> {
    const swept: SweptTask[] = [];
    for (const { task, trouble } of this.tasks) {
      if (this.stopping) break;
      try {
        swept.push(await this.run(task));
        trouble.succeeded();
      } catch (error) {
        trouble.failed(error);
        // The others would only wait for the same database.
        if (isConnectionFailure(error)) break;
      }
    }
    return swept;
  }

  private async run(task: SweepTask): Promise<SweptTask> {
    const started = performance.now();
    let removed = 0;
    let lagMs = 0;
    for (let isLast = false; !isLast;) {
      const batchStarted = performance.now();
      const batch = await task.sweepBatch(batchSize);
      removed += batch.removed;
      lagMs = Math.max(lagMs, batch.lagMs);
      const hasMore = batch.hasMore ?? batch.removed >= batchSize;
      isLast = !hasMore || this.stopping || performance.now() - started > longestTaskMs;
      if (!isLast) await breathe(performance.now() - batchStarted);
    }
    this.metrics.swept(task.name, removed, lagMs);
    const facts = { task: task.name, removed, lagMs: Math.round(lagMs) };
    if (removed > 0) this.log.debug({ ...facts, tookMs: since(started) }, 'swept');
    return facts;
  }
}

function since(started: number): number {
  return Math.round(performance.now() - started);
}
