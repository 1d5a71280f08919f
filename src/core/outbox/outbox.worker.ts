import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Bus } from '../bus/bus.js';
import { ENVIRONMENT, type Environment } from '../config/index.js';
import { Log, FailureThrottle } from '../observability/index.js';
import { Attempt } from './attempt.js';
import { AttemptTracker } from './attempt-tracker.js';
import { EffectHandlers } from './effect-handlers.js';
import { LaneLoad } from './lane-load.js';
import { outboxTopic } from './outbox.js';
import { OutboxMetrics } from './outbox-metrics.js';
import {
  type ClaimedEffect,
  type KindCapacity,
  OutboxRepository,
  type EffectResult,
} from './outbox.repository.js';
import { PollLoop } from '../scheduling/index.js';

/** A node looks for effects at least this often, milliseconds; wake-ups may get lost. */
const pollMs = 2000;

/** The shortest sleep before looking again for what is due but was in other hands, milliseconds. */
const minSleepMs = 10;

/** How long a stop waits for tries under way, milliseconds. */
const stopMs = 2500;

/** Takes effects that are due and has them brought about: one on every node. */
@Injectable()
export class OutboxWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new PollLoop(() => this.claimDue());
  private readonly lanes = new LaneLoad();
  private readonly attempts: AttemptTracker;
  private readonly failureThrottle: FailureThrottle;
  private stopListening: (() => void) | undefined;

  constructor(
    private readonly repository: OutboxRepository,
    private readonly handlers: EffectHandlers,
    private readonly bus: Bus,
    metrics: OutboxMetrics,
    log: Log,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'the look for effects');
    this.attempts = new AttemptTracker(
      repository,
      (attempt, state) => {
        metrics.recordAttempt(attempt.effect.kind, state);
        this.releaseSlot(attempt, state);
      },
      log,
    );
  }

  onApplicationBootstrap(): void {
    this.stopListening = this.bus.onWake(outboxTopic, this.loop.wake);
    this.attempts.start();
    this.loop.start();
  }

  /** Takes nothing more, waits a while for what is under way, and gives back the rest. */
  async onModuleDestroy(): Promise<void> {
    this.stopListening?.();
    await this.loop.stop();
    await this.attempts.stop(stopMs);
  }

  /** Takes what is due and returns after how many milliseconds to look again. */
  private async claimDue(): Promise<number> {
    const capacities = this.capacities();
    if (capacities.length === 0) return pollMs;
    try {
      const busy = this.lanes.busy;
      const claimed = await this.repository.claim(this.environment.nodeId, capacities, busy);
      for (const effect of claimed) this.startAttempt(effect);
      const nextMs = await this.repository.findNextDue(capacities, this.lanes.busy);
      this.failureThrottle.recordSuccess();
      return Math.ceil(Math.min(Math.max(nextMs ?? pollMs, minSleepMs), pollMs));
    } catch (error) {
      this.failureThrottle.recordFailure(error);
      return pollMs;
    }
  }

  private capacities(): KindCapacity[] {
    return [...this.handlers.all].map(([kind, { concurrency, leaseMs }]) => ({
      kind,
      concurrency,
      leaseMs,
    }));
  }

  private startAttempt(effect: ClaimedEffect): void {
    this.lanes.increment(effect);
    this.attempts.runAttempt(new Attempt(effect, this.handlers.of(effect.kind)));
  }

  private releaseSlot({ effect, handler }: Attempt, state: EffectResult['state']): void {
    const running = this.lanes.decrement(effect);
    // A full lane may have left something behind; what is tried again has a time of its own.
    if (running >= handler.concurrency || state === 'pending') this.loop.wake();
  }
}
