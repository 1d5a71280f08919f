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
import { Loop } from '../../../core/timers/index.js';
import { PushProviders } from '../providers/push-providers.js';
import type { ClaimTerms } from '../publish/event.repository.js';
import { DeliveryRepository } from './delivery.repository.js';
import type { ClaimedDelivery, ClaimedRow } from './delivery.js';
import { Dispatcher } from './dispatcher.js';
import { FirstTries } from './first-tries.js';
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
  private readonly loop = new Loop(() => this.takeGathered());
  private readonly trouble: Trouble;
  private stopHearing: (() => void) | undefined;

  constructor(
    private readonly repository: DeliveryRepository,
    private readonly dispatcher: Dispatcher,
    private readonly firstTries: FirstTries,
    private readonly providers: PushProviders,
    private readonly bus: Bus,
    log: Log,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    this.trouble = new Trouble(log, 'the look for deliveries');
  }

  onApplicationBootstrap(): void {
    this.stopHearing = this.bus.onWake(pushTopic, this.loop.ring);
    this.dispatcher.open(this.loop.ring);
    this.loop.open();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopHearing?.();
    await this.loop.close();
    await this.dispatcher.close();
  }

  /** Rung after nearly every try: what comes within a moment is taken together. */
  private async takeGathered(): Promise<number> {
    await delay(gatherMs);
    return this.takeDue();
  }

  /** Takes what is due and returns after how many milliseconds to look again. */
  private async takeDue(): Promise<number> {
    // Before the configuration is there nobody can say how to deliver.
    if (!this.providers.isLoaded || this.dispatcher.isBehind) return leastSleepMs;
    const terms: ClaimTerms = { node: this.environment.nodeId, most: firstShare, leaseMs };
    try {
      const claimed = await this.withEvents(
        await this.repository.claim(terms, this.dispatcher.rooms()),
      );
      this.dispatcher.takeDue(claimed, (delivery) => {
        this.tried(delivery);
      });
      const nextMs = await this.repository.findNextDue(terms, this.dispatcher.rooms());
      this.trouble.succeeded();
      return Math.ceil(Math.min(Math.max(nextMs ?? pollMs, leastSleepMs), pollMs));
    } catch (error) {
      this.trouble.failed(error);
      return pollMs;
    }
  }

  /** What has been claimed and cannot be tried is given back at once, not when its lease ends. */
  private async withEvents(rows: readonly ClaimedRow[]): Promise<ClaimedDelivery[]> {
    try {
      return await this.repository.withEvents(rows, (id) => this.dispatcher.eventOf(id));
    } catch (error) {
      this.dispatcher.release(rows);
      throw error;
    }
  }

  /** Publishers wait for first tries. */
  private tried({ attempts, event }: ClaimedDelivery): void {
    if (attempts > 0 || this.providers.settings.publish_mode === 'async') return;
    this.firstTries.ended(event.id);
  }
}
