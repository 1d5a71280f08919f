import { Injectable } from '@nestjs/common';
import type { PushOutcome } from '../channels/push-channel.js';
import { PushChannels } from '../channels/push-channels.js';
import type { Claim, ClaimedDelivery, Settlement } from './delivery.js';
import { DeliveryAttempt } from './delivery-attempt.js';
import type { HeldEvent } from './held-event.js';
import { type Begun, DeliveryLane, type PutOff } from './delivery-lane.js';
import type { TryEnd } from './delivery-target.js';
import { PushMetrics } from './push-metrics.js';
import type { LaneRoom } from './delivery.repository.js';
import { Settlements } from './settlements.js';

/** How long a stop waits for tries under way, milliseconds. */
const stopMs = 2500;

/**
 * Makes the tries of what this node has claimed. Every lane has a bound and a breaker of its own,
 * and so has every target of a lane that has targets, so that one that is slow or dead delays nobody
 * else (notification.md, Delivery).
 */
@Injectable()
export class Dispatcher {
  private readonly lanes = new Map<string, DeliveryLane>();
  private isStopped = false;
  private onRoom: () => void = () => undefined;
  private onIdle: (() => void) | undefined;
  private running = 0;

  constructor(
    private readonly channels: PushChannels,
    private readonly attempt: DeliveryAttempt,
    private readonly settlements: Settlements,
    private readonly metrics: PushMetrics,
  ) {
    metrics.observeNode(() => this.load);
  }

  /** @param onRoom called when a lane can take more than it was given */
  open(onRoom: () => void): void {
    this.onRoom = onRoom;
    this.settlements.open();
  }

  /**
   * Has a delivery tried as soon as its lane has room.
   * @returns how the next try ended, once that is noted
   */
  take(delivery: ClaimedDelivery): Promise<TryEnd> {
    const abort = this.settlements.hold(delivery);
    return new Promise((onTried) => {
      const waiting = { delivery, takenAt: performance.now(), abort, onTried };
      const lane = this.laneOf(delivery);
      if (!this.isStopped && lane.add(waiting)) {
        this.pump(lane);
        return;
      }
      lane.mayHaveMore = true;
      this.putOff({ waiting, pauseMs: 0, end: 'putOff' });
    });
  }

  /**
   * Takes what was claimed of what is due; of a lane that gave some there may be more.
   * @param onTried told of each once its next try has ended and is noted
   */
  takeDue(claimed: readonly ClaimedDelivery[], onTried: (delivery: ClaimedDelivery) => void): void {
    for (const delivery of claimed) this.laneOf(delivery).mayHaveMore = true;
    for (const delivery of claimed) {
      void this.take(delivery).then(() => {
        onTried(delivery);
      });
    }
  }

  /** Gives back what was claimed and never taken. */
  release(claims: readonly Claim[]): void {
    for (const delivery of claims) {
      void this.settlements.settle({ delivery, state: 'pending', isAttempt: false, pauseMs: 0 });
    }
  }

  /** What is taken of lanes that this node knows something of. */
  rooms(): LaneRoom[] {
    const now = performance.now();
    for (const [name, lane] of this.lanes) {
      // What waits for a slow target would keep the others' from being taken.
      this.giveBack(lane, now);
      if (lane.isIdle(now)) this.lanes.delete(name);
    }
    return [...this.lanes].map(([lane, state]) => ({ lane, room: state.room(now) }));
  }

  /** An event of which this node has a delivery under way. */
  eventOf(id: string): HeldEvent | undefined {
    return this.settlements.eventOf(id);
  }

  /** Whether this node should take nothing before it has noted what it has done. */
  get isBehind(): boolean {
    return this.settlements.isBehind;
  }

  /** Waits for what is under way, a while, and gives back the rest. */
  async close(): Promise<void> {
    this.isStopped = true;
    for (const lane of this.lanes.values()) {
      for (const waiting of lane.takeAll()) this.putOff({ waiting, pauseMs: 0, end: 'failed' });
    }
    await this.idleWithin(stopMs);
    this.settlements.abortAll();
    await this.idleWithin(stopMs);
    await this.settlements.close();
  }

  private idleWithin(mostMs: number): Promise<void> {
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMs);
      this.onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private laneOf({ lane: name, type }: ClaimedDelivery): DeliveryLane {
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      const channel = this.channels.find(type);
      lane = new DeliveryLane(name, channel?.concurrency ?? 1, channel?.hasTargets === true);
      this.lanes.set(name, lane);
    }
    return lane;
  }

  private pump(lane: DeliveryLane): void {
    const now = performance.now();
    for (let begun = lane.begin(now); begun !== undefined; begun = lane.begin(now)) {
      void this.try(lane, begun);
    }
    this.giveBack(lane, now);
  }

  private giveBack(lane: DeliveryLane, now: number): void {
    for (const putOff of lane.takeHopeless(now)) this.putOff(putOff);
  }

  private async try(lane: DeliveryLane, begun: Begun): Promise<void> {
    const { delivery, takenAt, abort, onTried } = begun.waiting;
    this.running++;
    const waitedMs = performance.now() - takenAt;
    // Another node may have it by now, or nobody wants it any more: then the sweep says so.
    const outcome =
      this.settlements.isHeld(delivery) && waitedMs < delivery.leftMs
        ? await this.tryNow(delivery, waitedMs, abort)
        : undefined;
    this.running--;
    lane.ended(begun, outcome, performance.now());
    void this.settlements.settle(this.settlementOf(delivery, outcome)).then(() => {
      onTried(this.endOf(outcome));
    });
    this.pump(lane);
    if (lane.waits === 0 && lane.mayHaveMore) {
      lane.mayHaveMore = false;
      this.onRoom();
    }
    if (this.running === 0) this.onIdle?.();
  }

  private async tryNow(
    delivery: ClaimedDelivery,
    waitedMs: number,
    abort: AbortController,
  ): Promise<PushOutcome | undefined> {
    if (delivery.attempts === 0) this.metrics.began(delivery.type, delivery.ageMs + waitedMs);
    const outcome = await this.attempt.make(delivery, abort);
    if (outcome !== undefined) this.metrics.ended(delivery.type, outcome.kind);
    return outcome;
  }

  /** Of what is another's by now, or nobody's, the database knows more. */
  private endOf(outcome: PushOutcome | undefined): TryEnd {
    if (outcome === undefined) return this.isStopped ? 'failed' : 'putOff';
    return outcome.kind === 'delivered' ? 'delivered' : 'failed';
  }

  private settlementOf(delivery: ClaimedDelivery, outcome: PushOutcome | undefined): Settlement {
    if (outcome !== undefined) return this.attempt.settlementOf(delivery, outcome);
    return { delivery, state: 'pending', isAttempt: false, pauseMs: 0 };
  }

  private putOff({ waiting: { delivery, onTried }, pauseMs, end }: PutOff): void {
    void this.settlements
      .settle({ delivery, state: 'pending', isAttempt: false, pauseMs })
      .then(() => {
        onTried(end);
      });
  }

  private get load(): { running: number; waiting: number; paused: number } {
    const lanes = [...this.lanes.values()];
    return {
      running: this.running,
      waiting: lanes.reduce((sum, { waits }) => sum + waits, 0),
      paused: lanes.reduce((sum, { paused }) => sum + paused, 0),
    };
  }
}
