import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { UnitOfWork } from '../../../core/database/index.js';
import { Log, FailureThrottle } from '../../../core/observability/index.js';
import { SubscriptionRepository } from '../subscription/subscription.repository.js';
import type { Claim, ClaimedDelivery, DeliveryResult } from './delivery.js';
import type { SharedEvent } from './shared-event.js';
import { DeliveryRepository } from './delivery.repository.js';
import { Signal } from '../../../core/scheduling/index.js';

/** How long a dead node keeps what it has claimed, milliseconds. */
export const leaseMs = 10_000;

const renewEveryMs = leaseMs / 3;
const maxSleepMs = 1000;

/** The pause after the database could not be told, milliseconds. */
const retryPauseMs = 300;

interface HeldDelivery {
  readonly delivery: ClaimedDelivery;
  /** Ends its try: another node has it by now, or this one stops. */
  readonly abort: AbortController;
}

interface PendingResult {
  readonly result: DeliveryResult;
  readonly onWritten: () => void;
}

/** At most so many ends are noted in one statement. */
const maxBatch = 2000;

/**
 * What this node holds: keeps its leases and notes how tries ended, many in one statement. One loop
 * does both, since two statements at once could wait for each other's rows.
 */
@Injectable()
export class DeliveryResultWriter {
  private readonly held = new Map<number, HeldDelivery>();
  /** The events of what is held, each with how many deliveries of it are. */
  private readonly events = new Map<string, { readonly event: SharedEvent; deliveries: number }>();
  private readonly wakeSignal = new Signal();
  private readonly failureThrottle: FailureThrottle;
  private pendingResults: PendingResult[] = [];
  private renewAt = 0;
  private isFailing = false;
  private stopping = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly subscriptions: SubscriptionRepository,
    private readonly unitOfWork: UnitOfWork,
    log: Log,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'noting the ends of deliveries');
  }

  start(): void {
    this.running = this.runLoop();
  }

  /** @returns what ends its try; aborted when the lease is lost: then the try is another node's */
  holdDelivery(delivery: ClaimedDelivery): AbortController {
    const abort = new AbortController();
    this.releaseDelivery(delivery.seq);
    this.held.set(delivery.seq, { delivery, abort });
    const known = this.events.get(delivery.event.id);
    if (known === undefined) {
      this.events.set(delivery.event.id, { event: delivery.event, deliveries: 1 });
    } else known.deliveries++;
    return abort;
  }

  /** An event of which this node holds a delivery. */
  eventOf(id: string): SharedEvent | undefined {
    return this.events.get(id)?.event;
  }

  /** Ends all tries that are under way or wait. */
  abortAll(): void {
    for (const { abort } of this.held.values()) abort.abort(new Error('the node stops'));
  }

  /** Whether ends could not be noted for a while: their leases may have passed to nobody. */
  get isBehind(): boolean {
    return this.isFailing && this.pendingResults.length > 0;
  }

  /** Whether the lease is this node's yet, as far as it knows. */
  isHeld({ seq, claims }: Claim): boolean {
    return this.held.get(seq)?.delivery.claims === claims;
  }

  /** Resolves once it is noted, or could not be for now: then it is later. */
  writeResult(settlement: DeliveryResult): Promise<void> {
    this.wakeSignal.notify();
    return new Promise((onTold) => {
      this.pendingResults.push({ result: settlement, onWritten: onTold });
    });
  }

  /** Notes what has ended by now; what fails is taken over when its lease ends. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeSignal.notify();
    await this.running;
    await this.flush();
  }

  private releaseDelivery(seq: number): void {
    const held = this.held.get(seq);
    if (held === undefined) return;
    this.held.delete(seq);
    const { id } = held.delivery.event;
    const known = this.events.get(id);
    if (known !== undefined && --known.deliveries === 0) this.events.delete(id);
  }

  private async runLoop(): Promise<void> {
    while (!this.stopping) {
      await this.wakeSignal.wait(maxSleepMs);
      if (await this.flush()) continue;
      await delay(retryPauseMs);
      this.wakeSignal.notify();
    }
  }

  /** @returns false when the database could not be told; then it is told later */
  private async flush(): Promise<boolean> {
    try {
      await this.renewLeases();
      while (this.pendingResults.length > 0) {
        await this.writeBatch();
        await this.renewLeases();
      }
      this.isFailing = false;
      this.failureThrottle.recordSuccess();
      return true;
    } catch (error) {
      this.isFailing = true;
      this.failureThrottle.recordFailure(error);
      return false;
    }
  }

  private async writeBatch(): Promise<void> {
    const ended = this.pendingResults.splice(0, maxBatch);
    const noted = ended.map(({ result: settlement }) => settlement);
    try {
      await this.writeResults(noted);
    } catch (error) {
      this.pendingResults.unshift(...ended);
      throw error;
    } finally {
      for (const { onWritten: onTold } of ended) onTold();
    }
    for (const { delivery } of noted) {
      if (this.isHeld(delivery)) this.releaseDelivery(delivery.seq);
    }
  }

  private async writeResults(noted: readonly DeliveryResult[]): Promise<void> {
    if (!noted.some(({ endsSubscription }) => endsSubscription === true)) {
      await this.deliveries.writeResults(noted);
      return;
    }
    await this.unitOfWork.run(async () => {
      await this.deliveries.writeResults(noted);
      await this.endSubscriptions(noted);
    });
  }

  private async endSubscriptions(noted: readonly DeliveryResult[]): Promise<void> {
    const ends = noted.flatMap(({ endsSubscription, goneSince, delivery, code, reason }) =>
      endsSubscription === true && typeof delivery.subscriptionId === 'string'
        ? [{ id: delivery.subscriptionId, code: code ?? '', reason: reason ?? '', goneSince }]
        : [],
    );
    await this.subscriptions.end(ends);
  }

  private async renewLeases(): Promise<void> {
    const now = performance.now();
    if (now < this.renewAt || this.held.size === 0) return;
    const held = [...this.held.values()];
    const deliveries = held.map(({ delivery }) => delivery);
    const ours = await this.deliveries.renew(deliveries, leaseMs);
    for (const { delivery, abort } of held) {
      if (ours.has(delivery.seq) || !this.isHeld(delivery)) continue;
      this.releaseDelivery(delivery.seq);
      abort.abort(new Error('its lease was lost'));
    }
    this.renewAt = now + renewEveryMs;
  }
}
