import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { UnitOfWork } from '../../../core/database/index.js';
import { Log, Trouble } from '../../../core/observability/index.js';
import { Bell } from '../../../core/timers/index.js';
import { SubscriptionRepository } from '../subscriptions/subscription.repository.js';
import type { Claim, ClaimedDelivery, Settlement } from './delivery.js';
import type { HeldEvent } from './held-event.js';
import { DeliveryRepository } from './delivery.repository.js';

/** How long a dead node keeps what it has claimed, milliseconds. */
export const leaseMs = 10_000;

const renewEveryMs = leaseMs / 3;
const longestSleepMs = 1000;

/** The pause after the database could not be told, milliseconds. */
const pauseMs = 300;

interface Held {
  readonly delivery: ClaimedDelivery;
  /** Ends its try: another node has it by now, or this one stops. */
  readonly abort: AbortController;
}

interface Ended {
  readonly settlement: Settlement;
  readonly onTold: () => void;
}

/** At most so many ends are noted in one statement. */
const batch = 2000;

/**
 * What this node holds: keeps its leases and notes how tries ended, many in one statement. One loop
 * does both, since two statements at once could wait for each other's rows.
 */
@Injectable()
export class Settlements {
  private readonly held = new Map<number, Held>();
  /** The events of what is held, each with how many deliveries of it are. */
  private readonly events = new Map<string, { readonly event: HeldEvent; deliveries: number }>();
  private readonly bell = new Bell();
  private readonly trouble: Trouble;
  private ended: Ended[] = [];
  private renewAt = 0;
  private isFailing = false;
  private closing = false;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly subscriptions: SubscriptionRepository,
    private readonly unitOfWork: UnitOfWork,
    log: Log,
  ) {
    this.trouble = new Trouble(log, 'noting the ends of deliveries');
  }

  open(): void {
    this.working = this.work();
  }

  /** @returns what ends its try; aborted when the lease is lost: then the try is another node's */
  hold(delivery: ClaimedDelivery): AbortController {
    const abort = new AbortController();
    this.letGo(delivery.seq);
    this.held.set(delivery.seq, { delivery, abort });
    const known = this.events.get(delivery.event.id);
    if (known === undefined) {
      this.events.set(delivery.event.id, { event: delivery.event, deliveries: 1 });
    } else known.deliveries++;
    return abort;
  }

  /** An event of which this node holds a delivery. */
  eventOf(id: string): HeldEvent | undefined {
    return this.events.get(id)?.event;
  }

  /** Ends all tries that are under way or wait. */
  abortAll(): void {
    for (const { abort } of this.held.values()) abort.abort(new Error('the node stops'));
  }

  /** Whether ends could not be noted for a while: their leases may have passed to nobody. */
  get isBehind(): boolean {
    return this.isFailing && this.ended.length > 0;
  }

  /** Whether the lease is this node's yet, as far as it knows. */
  isHeld({ seq, claims }: Claim): boolean {
    return this.held.get(seq)?.delivery.claims === claims;
  }

  /** Resolves once it is noted, or could not be for now: then it is later. */
  settle(settlement: Settlement): Promise<void> {
    this.bell.ring();
    return new Promise((onTold) => {
      this.ended.push({ settlement, onTold });
    });
  }

  /** Notes what has ended by now; what fails is taken over when its lease ends. */
  async close(): Promise<void> {
    this.closing = true;
    this.bell.ring();
    await this.working;
    await this.tell();
  }

  private letGo(seq: number): void {
    const held = this.held.get(seq);
    if (held === undefined) return;
    this.held.delete(seq);
    const { id } = held.delivery.event;
    const known = this.events.get(id);
    if (known !== undefined && --known.deliveries === 0) this.events.delete(id);
  }

  private async work(): Promise<void> {
    while (!this.closing) {
      await this.bell.sleep(longestSleepMs);
      if (await this.tell()) continue;
      await delay(pauseMs);
      this.bell.ring();
    }
  }

  /** @returns false when the database could not be told; then it is told later */
  private async tell(): Promise<boolean> {
    try {
      await this.renewLeases();
      while (this.ended.length > 0) {
        await this.noteBatch();
        await this.renewLeases();
      }
      this.isFailing = false;
      this.trouble.succeeded();
      return true;
    } catch (error) {
      this.isFailing = true;
      this.trouble.failed(error);
      return false;
    }
  }

  private async noteBatch(): Promise<void> {
    const ended = this.ended.splice(0, batch);
    const noted = ended.map(({ settlement }) => settlement);
    try {
      await this.note(noted);
    } catch (error) {
      this.ended.unshift(...ended);
      throw error;
    } finally {
      for (const { onTold } of ended) onTold();
    }
    for (const { delivery } of noted) {
      if (this.isHeld(delivery)) this.letGo(delivery.seq);
    }
  }

  private async note(noted: readonly Settlement[]): Promise<void> {
    if (!noted.some(({ endsSubscription }) => endsSubscription === true)) {
      await this.deliveries.settle(noted);
      return;
    }
    await this.unitOfWork.run(async () => {
      await this.deliveries.settle(noted);
      await this.endSubscriptions(noted);
    });
  }

  private async endSubscriptions(noted: readonly Settlement[]): Promise<void> {
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
      this.letGo(delivery.seq);
      abort.abort(new Error('its lease was lost'));
    }
    this.renewAt = now + renewEveryMs;
  }
}
