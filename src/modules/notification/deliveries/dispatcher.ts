import { Injectable } from '@nestjs/common';
import type { PushOutcome } from '../channels/push-channel.js';
import { PushChannels } from '../channels/push-channels.js';
import type { ClaimedDelivery, Settlement } from './delivery.js';
import { DeliveryAttempt } from './delivery-attempt.js';
import { DeliveryLane, type TryEnd, type Waiting } from './delivery-lane.js';
import { PushMetrics } from './push-metrics.js';
import type { LaneRoom } from './delivery.repository.js';
import { Settlements } from './settlements.js';

/** How long a stop waits for tries under way, milliseconds. */
const stopMs = 2500;

/**
 * Makes the tries of what this node has claimed. Every lane has a bound and a breaker of its own,
 * so that a slow or dead provider delays nobody else (notification.md, Delivery).
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
      if (lane.isFull || this.isStopped) {
        lane.mayHaveMore = true;
        this.putOff(waiting, 0, 'putOff');
        return;
      }
      lane.waiting.push(waiting);
      this.pump(lane);
    });
  }

  /** Takes what was claimed of what is due; of a lane that gave some there may be more. */
  takeDue(claimed: readonly ClaimedDelivery[]): void {
    for (const delivery of claimed) this.laneOf(delivery).mayHaveMore = true;
    for (const delivery of claimed) void this.take(delivery);
  }

  /** What is taken of lanes that this node knows something of. */
  rooms(): LaneRoom[] {
    const now = performance.now();
    for (const [name, lane] of this.lanes) if (lane.isIdle(now)) this.lanes.delete(name);
    return [...this.lanes].map(([lane, state]) => ({ lane, room: state.room(now) }));
  }

  /** Whether this node should take nothing before it has noted what it has done. */
  get isBehind(): boolean {
    return this.settlements.isBehind;
  }

  /** Waits for what is under way, a while, and gives back the rest. */
  async close(): Promise<void> {
    this.isStopped = true;
    for (const lane of this.lanes.values()) {
      for (const waiting of lane.waiting.splice(0)) this.putOff(waiting, 0, 'failed');
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
      lane = new DeliveryLane(name, this.channels.find(type)?.concurrency ?? 1);
      this.lanes.set(name, lane);
    }
    return lane;
  }

  private pump(lane: DeliveryLane): void {
    const now = performance.now();
    while (lane.waiting.length > 0 && lane.running < lane.concurrency) {
      if (!lane.breaker.begin(now)) break;
      const next = lane.waiting.shift();
      if (next !== undefined) void this.try(lane, next);
    }
    const pausedUntil = lane.breaker.pausedUntil(now);
    const pauseMs = pausedUntil === undefined ? 0 : pausedUntil - now;
    if (lane.breaker.isClosed) return;
    lane.mayHaveMore = true;
    for (const waiting of lane.waiting.splice(0)) this.putOff(waiting, pauseMs, 'failed');
  }

  private async try(lane: DeliveryLane, waiting: Waiting): Promise<void> {
    const { delivery, takenAt, abort, onTried } = waiting;
    lane.running++;
    this.running++;
    lane.usedAt = performance.now();
    const waitedMs = lane.usedAt - takenAt;
    // Another node may have it by now, or nobody wants it any more: then the sweep says so.
    const outcome =
      this.settlements.isHeld(delivery) && waitedMs < delivery.leftMs
        ? await this.tryNow(delivery, waitedMs, abort)
        : undefined;
    lane.running--;
    this.running--;
    this.noteHealth(lane, outcome);
    void this.settlements.settle(this.settlementOf(delivery, outcome)).then(() => {
      onTried(outcome?.kind === 'delivered' ? 'delivered' : 'failed');
    });
    this.pump(lane);
    if (lane.waiting.length === 0 && lane.mayHaveMore) {
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

  private noteHealth(lane: DeliveryLane, outcome: PushOutcome | undefined): void {
    if (outcome === undefined) lane.breaker.abandoned();
    else if (outcome.kind === 'retry' && outcome.isProvidersFault) {
      lane.breaker.failed(performance.now());
    } else lane.breaker.succeeded();
  }

  private settlementOf(delivery: ClaimedDelivery, outcome: PushOutcome | undefined): Settlement {
    if (outcome !== undefined) return this.attempt.settlementOf(delivery, outcome);
    return { delivery, state: 'pending', isAttempt: false, pauseMs: 0 };
  }

  private putOff({ delivery, onTried }: Waiting, pauseMs: number, end: TryEnd): void {
    void this.settlements
      .settle({ delivery, state: 'pending', isAttempt: false, pauseMs })
      .then(() => {
        onTried(end);
      });
  }

  private get load(): { running: number; waiting: number; pausedLanes: number } {
    const lanes = [...this.lanes.values()];
    return {
      running: this.running,
      waiting: lanes.reduce((sum, { waiting }) => sum + waiting.length, 0),
      pausedLanes: lanes.filter(({ breaker }) => !breaker.isClosed).length,
    };
  }
}
