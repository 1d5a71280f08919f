import { Injectable } from '@nestjs/common';
import { type PushOutcome, PushChannels } from '../channel/push-channel.js';
import type { Claim, ClaimedDelivery, DeliveryResult } from './delivery.js';
import { DeliveryAttempter } from './delivery-attempter.js';
import type { SharedEvent } from './shared-event.js';
import { type StartedAttempt, DeliveryLane, type DeferredDelivery } from './delivery-lane.js';
import type { AttemptEnd } from './delivery-target.js';
import { PushMetrics } from './push-metrics.js';
import type { LaneRoom } from './delivery.repository.js';
import { DeliveryResultWriter } from './delivery-result-writer.js';

/** How long a stop waits for tries under way, milliseconds. */
const stopMs = 2500;

/**
 * Makes the tries of what this node has claimed. Every lane has a bound and a breaker of its own,
 * and so has every target of a lane that has targets, so that one that is slow or dead delays
 * nobody else (docs/compatibility.md, Notification, Delivery).
 */
@Injectable()
export class DeliveryDispatcher {
  private readonly lanes = new Map<string, DeliveryLane>();
  private isStopped = false;
  private onCapacity: () => void = () => undefined;
  private onIdle: (() => void) | undefined;
  private running = 0;

  constructor(
    private readonly channels: PushChannels,
    private readonly attempter: DeliveryAttempter,
    private readonly results: DeliveryResultWriter,
    private readonly metrics: PushMetrics,
  ) {
    metrics.registerNodeGauges(() => this.load);
  }

  /** @param onRoom called when a lane can take more than it was given */
  start(onRoom: () => void): void {
    this.onCapacity = onRoom;
    this.results.start();
  }

  /**
   * Has a delivery tried as soon as its lane has room.
   * @returns how the next try ended, once that is noted
   */
  dispatch(delivery: ClaimedDelivery): Promise<AttemptEnd> {
    const abort = this.results.holdDelivery(delivery);
    return new Promise((onTried) => {
      const waiting = { delivery, takenAt: performance.now(), abort, onTried };
      const lane = this.laneOf(delivery);
      if (!this.isStopped && lane.add(waiting)) {
        this.fillLane(lane);
        return;
      }
      lane.mayHaveMore = true;
      this.defer({ waiting, pauseMs: 0, end: 'putOff' });
    });
  }

  /**
   * Takes what was claimed of what is due; of a lane that gave some there may be more.
   * @param onTried told of each once its next try has ended and is noted
   */
  dispatchDue(
    claimed: readonly ClaimedDelivery[],
    onTried: (delivery: ClaimedDelivery) => void,
  ): void {
    for (const delivery of claimed) this.laneOf(delivery).mayHaveMore = true;
    for (const delivery of claimed) {
      void this.dispatch(delivery).then(() => {
        onTried(delivery);
      });
    }
  }

  /** Gives back what was claimed and never taken. */
  release(claims: readonly Claim[]): void {
    for (const delivery of claims) {
      void this.results.writeResult({ delivery, state: 'pending', isAttempt: false, pauseMs: 0 });
    }
  }

  /** What is taken of lanes that this node knows something of. */
  laneRooms(): LaneRoom[] {
    const now = performance.now();
    for (const [name, lane] of this.lanes) {
      // What waits for a slow target would keep the others' from being taken.
      this.deferBlocked(lane, now);
      if (lane.isIdle(now)) this.lanes.delete(name);
    }
    return [...this.lanes].map(([lane, state]) => ({ lane, room: state.capacity(now) }));
  }

  /** An event of which this node has a delivery under way. */
  eventOf(id: string): SharedEvent | undefined {
    return this.results.eventOf(id);
  }

  /** Whether this node should take nothing before it has noted what it has done. */
  get isBehind(): boolean {
    return this.results.isBehind;
  }

  /** Waits for what is under way, a while, and gives back the rest. */
  async stop(): Promise<void> {
    this.isStopped = true;
    for (const lane of this.lanes.values()) {
      for (const waiting of lane.evictAll()) this.defer({ waiting, pauseMs: 0, end: 'failed' });
    }
    await this.waitUntilIdle(stopMs);
    this.results.abortAll();
    await this.waitUntilIdle(stopMs);
    await this.results.stop();
  }

  private waitUntilIdle(mostMs: number): Promise<void> {
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

  private fillLane(lane: DeliveryLane): void {
    const now = performance.now();
    for (let begun = lane.startNext(now); begun !== undefined; begun = lane.startNext(now)) {
      void this.attemptDelivery(lane, begun);
    }
    this.deferBlocked(lane, now);
  }

  private deferBlocked(lane: DeliveryLane, now: number): void {
    for (const deferred of lane.evictBlocked(now)) this.defer(deferred);
  }

  private async attemptDelivery(lane: DeliveryLane, begun: StartedAttempt): Promise<void> {
    const { delivery, takenAt, abort, onTried } = begun.waiting;
    this.running++;
    const waitedMs = performance.now() - takenAt;
    // Another node may have it by now, or nobody wants it any more: then the sweep says so.
    const outcome =
      this.results.isHeld(delivery) && waitedMs < delivery.leftMs
        ? await this.makeAttempt(delivery, waitedMs, abort)
        : undefined;
    this.running--;
    lane.finishAttempt(begun, outcome, performance.now());
    void this.results.writeResult(this.resultOf(delivery, outcome)).then(() => {
      onTried(this.attemptEndOf(outcome));
    });
    this.fillLane(lane);
    if (lane.waitingCount === 0 && lane.mayHaveMore) {
      lane.mayHaveMore = false;
      this.onCapacity();
    }
    if (this.running === 0) this.onIdle?.();
  }

  private async makeAttempt(
    delivery: ClaimedDelivery,
    waitedMs: number,
    abort: AbortController,
  ): Promise<PushOutcome | undefined> {
    if (delivery.attempts === 0)
      this.metrics.recordFirstAttempt(delivery.type, delivery.ageMs + waitedMs);
    const outcome = await this.attempter.attempt(delivery, abort);
    if (outcome !== undefined) this.metrics.recordAttempts(delivery.type, outcome.kind);
    return outcome;
  }

  /** Of what is another's by now, or nobody's, the database knows more. */
  private attemptEndOf(outcome: PushOutcome | undefined): AttemptEnd {
    if (outcome === undefined) return this.isStopped ? 'failed' : 'putOff';
    return outcome.kind === 'delivered' ? 'delivered' : 'failed';
  }

  private resultOf(delivery: ClaimedDelivery, outcome: PushOutcome | undefined): DeliveryResult {
    if (outcome !== undefined) return this.attempter.resultOf(delivery, outcome);
    return { delivery, state: 'pending', isAttempt: false, pauseMs: 0 };
  }

  private defer({ waiting: { delivery, onTried }, pauseMs, end }: DeferredDelivery): void {
    void this.results
      .writeResult({ delivery, state: 'pending', isAttempt: false, pauseMs })
      .then(() => {
        onTried(end);
      });
  }

  private get load(): { running: number; waiting: number; paused: number } {
    const lanes = [...this.lanes.values()];
    return {
      running: this.running,
      waiting: lanes.reduce((sum, { waitingCount: waits }) => sum + waits, 0),
      paused: lanes.reduce((sum, { pausedCount: paused }) => sum + paused, 0),
    };
  }
}
