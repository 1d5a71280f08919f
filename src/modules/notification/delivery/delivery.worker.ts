import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Bus } from '../../../core/bus/bus.js';
import { ENVIRONMENT, type Environment } from '../../../core/config/index.js';
import { Log, FailureThrottle } from '../../../core/observability/index.js';
import { PushProviders } from '../provider/push-providers.js';
import { DeliveryRepository } from './delivery.repository.js';
import type { ClaimRequest, ClaimedDelivery, ClaimedRow } from './delivery.js';
import { DeliveryDispatcher } from './delivery-dispatcher.js';
import { FirstAttemptNotifier } from './first-attempt-notifier.js';
import { leaseMs } from './delivery-result-writer.js';
import { PollLoop } from '../../../core/scheduling/index.js';

/** The bus topic that says: there are deliveries that nobody has claimed. */
export const pushTopic = 'push';

/** A node looks for deliveries at least this often, milliseconds; wake-ups may get lost. */
const pollMs = 500;

/** The shortest sleep before looking again, milliseconds. */
const minSleepMs = 20;

/** How long a signal waits for others, milliseconds. */
const batchDelayMs = 5;

/** How much a node takes at once of a lane that it has nothing to do with yet. */
const initialLaneRoom = 40;

/** Takes deliveries that are due, of all nodes, and has them tried on this one. */
@Injectable()
export class DeliveryWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new PollLoop(() => this.claimBatched());
  private readonly failureThrottle: FailureThrottle;
  private stopListening: (() => void) | undefined;

  constructor(
    private readonly repository: DeliveryRepository,
    private readonly dispatcher: DeliveryDispatcher,
    private readonly firstAttempts: FirstAttemptNotifier,
    private readonly providers: PushProviders,
    private readonly bus: Bus,
    log: Log,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'the look for deliveries');
  }

  onApplicationBootstrap(): void {
    this.stopListening = this.bus.onWake(pushTopic, this.loop.wake);
    this.dispatcher.start(this.loop.wake);
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopListening?.();
    await this.loop.stop();
    await this.dispatcher.stop();
  }

  /** Rung after nearly every try: what comes within a moment is taken together. */
  private async claimBatched(): Promise<number> {
    await delay(batchDelayMs);
    return this.claimDue();
  }

  /** Takes what is due and returns after how many milliseconds to look again. */
  private async claimDue(): Promise<number> {
    if (this.dispatcher.isBehind) return minSleepMs;
    const terms: ClaimRequest = {
      node: this.environment.nodeId,
      maxDeliveries: initialLaneRoom,
      leaseMs,
    };
    try {
      const claimed = await this.withEvents(
        await this.repository.claim(terms, this.dispatcher.laneRooms()),
      );
      this.dispatcher.dispatchDue(claimed, (delivery) => {
        this.notifyFirstAttempt(delivery);
      });
      const nextMs = await this.repository.findNextDue(terms, this.dispatcher.laneRooms());
      this.failureThrottle.recordSuccess();
      return Math.ceil(Math.min(Math.max(nextMs ?? pollMs, minSleepMs), pollMs));
    } catch (error) {
      this.failureThrottle.recordFailure(error);
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
  private notifyFirstAttempt({ attempts, event }: ClaimedDelivery): void {
    if (attempts > 0 || this.providers.settings.publish_mode === 'async') return;
    this.firstAttempts.notifyEnded(event.id);
  }
}
