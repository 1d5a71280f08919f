import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Bus } from '../bus/bus.js';
import { ENVIRONMENT, type Environment } from '../config/index.js';
import { Log, Trouble } from '../observability/index.js';
import { Loop } from '../timers/index.js';
import { Attempt } from './attempt.js';
import { Attempts } from './attempts.js';
import { EffectHandlers } from './effect-handlers.js';
import { Lanes } from './lanes.js';
import { outboxTopic } from './outbox.js';
import { OutboxMetrics } from './outbox-metrics.js';
import {
  type ClaimedEffect,
  type KindCapacity,
  OutboxRepository,
  type Settlement,
} from './outbox.repository.js';

/** A node looks for effects at least this often, milliseconds; wake-ups may get lost. */
const pollMs = 2000;

/** The shortest sleep before looking again for what is due but was in other hands, milliseconds. */
const leastSleepMs = 10;

/** How long a stop waits for tries under way, milliseconds. */
const stopMs = 2500;

/** Takes effects that are due and has them brought about: one on every node. */
@Injectable()
export class OutboxWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new Loop(() => this.takeDue());
  private readonly lanes = new Lanes();
  private readonly attempts: Attempts;
  private readonly trouble: Trouble;
  private stopHearing: (() => void) | undefined;

  constructor(
    private readonly repository: OutboxRepository,
    private readonly handlers: EffectHandlers,
    private readonly bus: Bus,
    metrics: OutboxMetrics,
    log: Log,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    this.trouble = new Trouble(log, 'the look for effects');
    this.attempts = new Attempts(
      repository,
      (attempt, state) => {
        metrics.settled(attempt.effect.kind, state);
        this.free(attempt, state);
      },
      log,
    );
  }

  onApplicationBootstrap(): void {
    this.stopHearing = this.bus.onWake(outboxTopic, this.loop.ring);
    this.attempts.open();
    this.loop.open();
  }

  /** Takes nothing more, waits a while for what is under way, and gives back the rest. */
  async onModuleDestroy(): Promise<void> {
    this.stopHearing?.();
    await this.loop.close();
    await this.attempts.close(stopMs);
  }

  /** Takes what is due and returns after how many milliseconds to look again. */
  private async takeDue(): Promise<number> {
    const capacities = this.capacities();
    if (capacities.length === 0) return pollMs;
    try {
      const busy = this.lanes.busy;
      const claimed = await this.repository.claim(this.environment.nodeId, capacities, busy);
      for (const effect of claimed) this.begin(effect);
      const nextMs = await this.repository.findNextDue(capacities, this.lanes.busy);
      this.trouble.succeeded();
      return Math.ceil(Math.min(Math.max(nextMs ?? pollMs, leastSleepMs), pollMs));
    } catch (error) {
      this.trouble.failed(error);
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

  private begin(effect: ClaimedEffect): void {
    this.lanes.enter(effect);
    this.attempts.begin(new Attempt(effect, this.handlers.of(effect.kind)));
  }

  private free({ effect, handler }: Attempt, state: Settlement['state']): void {
    const running = this.lanes.leave(effect);
    // A full lane may have left something behind; what is tried again has a time of its own.
    if (running >= handler.concurrency || state === 'pending') this.loop.ring();
  }
}
