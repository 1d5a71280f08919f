import { setTimeout as delay } from 'node:timers/promises';
import { type Log, Trouble } from '../observability/index.js';
import { Bell } from '../timers/index.js';
import type { Attempt } from './attempt.js';
import type { OutboxRepository, Settlement } from './outbox.repository.js';

/** The longest sleep between two looks at the leases, milliseconds. */
const longestSleepMs = 1000;

/** The pause after the database could not be told, milliseconds. */
const pauseMs = 300;

/** Told about each try once its end is in the database. */
export type OnSettled = (attempt: Attempt, state: Settlement['state']) => void;

interface Ended {
  readonly attempt: Attempt;
  readonly settlement: Settlement;
}

/**
 * The tries under way on this node: keeps their leases and notes their ends, many in one
 * statement. One loop does both, since two statements at once could wait for each other's rows.
 */
export class Attempts {
  private readonly underWay = new Set<Attempt>();
  private ended: Ended[] = [];
  private readonly bell = new Bell();
  private readonly trouble: Trouble;
  private wakesAt = 0;
  private closing = false;
  private working: Promise<void> = Promise.resolve();
  private onEmpty: (() => void) | undefined;

  constructor(
    private readonly repository: OutboxRepository,
    private readonly onSettled: OnSettled,
    private readonly log: Log,
  ) {
    this.trouble = new Trouble(log, 'noting the ends of effects');
  }

  open(): void {
    this.working = this.work();
  }

  /** Runs a try; it counts as under way until its end is noted. */
  begin(attempt: Attempt): void {
    this.underWay.add(attempt);
    if (attempt.renewAt < this.wakesAt) this.bell.ring();
    void attempt.run().then(({ settlement, failure }) => {
      if (!this.underWay.has(attempt)) return;
      if (failure !== undefined) this.report(settlement, failure);
      this.ended.push({ attempt, settlement });
      this.bell.ring();
    });
  }

  /**
   * Waits for what is under way, and gives back what is not done by then.
   * @param mostMs milliseconds to wait
   */
  async close(mostMs: number): Promise<void> {
    await this.emptyWithin(mostMs);
    this.closing = true;
    this.bell.ring();
    await this.working;
    await this.tell();
    const left = [...this.underWay];
    if (left.length === 0) return;
    for (const attempt of left) attempt.giveUp('the node stops');
    this.underWay.clear();
    try {
      await this.repository.giveBack(left.map(({ effect }) => effect));
    } catch (error) {
      // Then somebody takes them over when their leases end.
      this.trouble.failed(error);
    }
  }

  private emptyWithin(mostMs: number): Promise<void> {
    if (this.underWay.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMs);
      this.onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async work(): Promise<void> {
    while (!this.closing) {
      await this.bell.sleep(this.untilNextRenewal());
      if (await this.tell()) continue;
      await delay(pauseMs);
      this.bell.ring();
    }
  }

  /** @returns false when the database could not be told; then it is told later */
  private async tell(): Promise<boolean> {
    try {
      await this.settleEnded();
      await this.renewLeases();
      this.trouble.succeeded();
      return true;
    } catch (error) {
      this.trouble.failed(error);
      return false;
    }
  }

  private untilNextRenewal(): number {
    const now = performance.now();
    this.wakesAt = now + longestSleepMs;
    for (const { renewAt } of this.underWay) this.wakesAt = Math.min(this.wakesAt, renewAt);
    return Math.max(this.wakesAt - now, 0);
  }

  private async settleEnded(): Promise<void> {
    if (this.ended.length === 0) return;
    const ended = this.ended;
    this.ended = [];
    let ours: Set<string>;
    try {
      ours = await this.repository.settle(ended.map(({ settlement }) => settlement));
    } catch (error) {
      this.ended.unshift(...ended);
      throw error;
    }
    for (const { attempt, settlement } of ended) this.settled(attempt, settlement, ours);
    if (this.underWay.size === 0) this.onEmpty?.();
  }

  private settled(attempt: Attempt, { effect, state }: Settlement, ours: Set<string>): void {
    this.underWay.delete(attempt);
    if (!ours.has(effect.id)) {
      const facts = { kind: effect.kind, effect: effect.key, attempt: effect.attempts };
      this.log.warn(facts, 'a try ended after its lease; another worker has taken it over');
    }
    this.onSettled(attempt, ours.has(effect.id) ? state : 'pending');
  }

  private async renewLeases(): Promise<void> {
    const now = performance.now();
    const done = new Set(this.ended.map(({ attempt }) => attempt));
    const due = [...this.underWay].filter(
      (attempt) => attempt.renewAt <= now && !done.has(attempt),
    );
    if (due.length === 0) return;
    const ours = await this.repository.renew(due);
    for (const attempt of due) {
      attempt.renewed();
      if (!ours.has(attempt.effect.id)) attempt.giveUp('its lease was lost');
    }
  }

  private report({ effect, state, pauseMs: nextMs }: Settlement, failure: unknown): void {
    const facts = { kind: effect.kind, effect: effect.key, attempt: effect.attempts };
    if (state === 'dead') {
      this.log.error({ ...facts, err: failure }, 'an effect is dead: it is not tried again');
    } else {
      this.log.warn({ ...facts, err: failure, pauseMs: nextMs }, 'an effect failed; it goes on');
    }
  }
}
