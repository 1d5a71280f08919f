import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Bus } from '../../../core/bus/bus.js';
import { Signal } from '../../../core/scheduling/index.js';

/**
 * The bus topic that says: a first try of an event, which its publisher may wait for, has ended.
 */
const firstAttemptTopic = 'push-tried';

/** Tells who waits for the first tries of an event that any node may make. */
@Injectable()
export class FirstAttemptNotifier implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly signals = new Map<string, Signal>();
  private stopListening: (() => void) | undefined;

  constructor(private readonly bus: Bus) {}

  onApplicationBootstrap(): void {
    this.stopListening = this.bus.onWake(firstAttemptTopic, (event) => {
      if (event !== undefined) this.signals.get(event)?.notify();
      else for (const bell of this.signals.values()) bell.notify();
    });
  }

  onModuleDestroy(): void {
    this.stopListening?.();
  }

  /** Says on all nodes that a first try of an event has ended, and is noted. */
  notifyEnded(event: string): void {
    this.bus.wake(firstAttemptTopic, event);
  }

  /** Does work with a signal that is given when a first attempt of an event has ended. */
  async withSignal<Result>(
    event: string,
    work: (signal: Signal) => Promise<Result>,
  ): Promise<Result> {
    const bell = new Signal();
    this.signals.set(event, bell);
    try {
      return await work(bell);
    } finally {
      this.signals.delete(event);
    }
  }
}
