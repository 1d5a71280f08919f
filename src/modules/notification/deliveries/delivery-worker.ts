import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Bus } from '../../../core/bus/bus.js';
import { ENVIRONMENT, type Environment } from '../../../core/config/index.js';
import { Log, Trouble } from '../../../core/observability/index.js';
import { Bell } from '../../../core/timers/index.js';
import { PushProviders } from '../providers/push-providers.js';
import type { ClaimTerms } from '../publish/event.repository.js';
import { DeliveryRepository } from './delivery.repository.js';
import { Dispatcher } from './dispatcher.js';
import { leaseMs } from './settlements.js';

/** The bus topic that says: there are deliveries that nobody has claimed. */
export const pushTopic = 'push';

/** A node looks for deliveries at least this often, milliseconds; wake-ups may get lost. */
const pollMs = 500;

/** The shortest sleep before looking again, milliseconds. */
const leastSleepMs = 20;

/** How long a ring waits for others, milliseconds. */
const gatherMs = 5;

/** How much a node takes at once of a lane that it has nothing to do with yet. */
const firstShare = 40;

/** Takes deliveries that are due, of all nodes, and has them tried on this one. */
@Injectable()
export class DeliveryWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly bell = new Bell();
  private readonly trouble: Trouble;
  private stopHearing: (() => void) | undefined;
  private stopping = false;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly repository: DeliveryRepository,
    private readonly dispatcher: Dispatcher,
    private readonly providers: PushProviders,
    private readonly bus: Bus,
    log: Log,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    this.trouble = new Trouble(log, 'the look for deliveries');
  }

  onApplicationBootstrap(): void {
    const ring = (): void => {
      this.bell.ring();
    };
    this.stopHearing = this.bus.onWake(pushTopic, ring);
    this.dispatcher.open(ring);
    this.working = this.work();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    this.stopHearing?.();
    this.bell.ring();
    await this.working;
    await this.dispatcher.close();
  }

  private async work(): Promise<void> {
    while (!this.stopping) {
      await this.bell.sleep(await this.takeDue());
      // Rung after nearly every try: what comes within a moment is taken together.
      await delay(gatherMs);
    }
  }

  /** Takes what is due and returns after how many milliseconds to look again. */
  private async takeDue(): Promise<number> {
    // Before the configuration is there nobody can say how to deliver.
    if (!this.providers.isLoaded || this.dispatcher.isBehind) return leastSleepMs;
    const terms: ClaimTerms = { node: this.environment.nodeId, most: firstShare, leaseMs };
    try {
      const claimed = await this.repository.claim(terms, this.dispatcher.rooms());
      this.dispatcher.takeDue(claimed);
      const nextMs = await this.repository.findNextDue(terms, this.dispatcher.rooms());
      this.trouble.succeeded();
      return Math.ceil(Math.min(Math.max(nextMs ?? pollMs, leastSleepMs), pollMs));
    } catch (error) {
      this.trouble.failed(error);
      return pollMs;
    }
  }
}
