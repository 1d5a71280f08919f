import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Bus } from '../../../core/bus/bus.js';
import { Bell } from '../../../core/timers/index.js';

/** The bus topic that says: a first try of an event, which its publisher may wait for, has ended. */
const triedTopic = 'push-tried';

/** Tells who waits for the first tries of an event that any node may make. */
@Injectable()
export class FirstTries implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly bells = new Map<string, Bell>();
  private stopHearing: (() => void) | undefined;

  constructor(private readonly bus: Bus) {}

  onApplicationBootstrap(): void {
    this.stopHearing = this.bus.onWake(triedTopic, (event) => {
      if (event !== undefined) this.bells.get(event)?.ring();
      else for (const bell of this.bells.values()) bell.ring();
    });
  }

  onModuleDestroy(): void {
    this.stopHearing?.();
  }

  /** Says on all nodes that a first try of an event has ended, and is noted. */
  ended(event: string): void {
    this.bus.wake(triedTopic, event);
  }

  /** Does work with a bell that rings when a first try of an event has ended. */
  async during<Result>(event: string, work: (bell: Bell) => Promise<Result>): Promise<Result> {
    const bell = new Bell();
    this.bells.set(event, bell);
    try {
      return await work(bell);
    } finally {
      this.bells.delete(event);
    }
  }
}
