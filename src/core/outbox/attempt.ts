import { PermanentFailure } from './effect.js';
import type { CompleteHandler } from './effect-handlers.js';
import type { ClaimedEffect, EffectResult } from './outbox.repository.js';
import { backoffMs } from '../scheduling/index.js';

/** Of an error, what the effect's row keeps: at most this many characters. */
const maxErrorLength = 500;

/** One try of one effect on this node. */
export class Attempt {
  private readonly abort = new AbortController();
  /** When its lease is to be renewed, by this process's clock. */
  renewAt: number;

  constructor(
    readonly effect: ClaimedEffect,
    readonly handler: CompleteHandler,
  ) {
    this.renewAt = nextRenewalAt(handler);
  }

  get leaseMs(): number {
    return this.handler.leaseMs;
  }

  scheduleRenewal(): void {
    this.renewAt = nextRenewalAt(this.handler);
  }

  /** Ends the try without waiting for the handler, and tells it so. */
  cancel(why: string): void {
    this.abort.abort(new Error(why));
  }

  /** Runs the handler. Never rejects: what went wrong is in what is to be noted. */
  async run(): Promise<{ settlement: EffectResult; failure?: unknown }> {
    const { effect, handler } = this;
    // Whoever had it before died with it, each time.
    if (effect.attempts > handler.retry.maxAttempts) {
      return this.failed(new PermanentFailure('every node that tried it ended meanwhile'));
    }
    try {
      await this.runWithTimeout();
      return { settlement: { effect, state: 'done', pauseMs: 0, error: null } };
    } catch (error) {
      return this.failed(error);
    }
  }

  private async runWithTimeout(): Promise<void> {
    const { kind, key, lane, payload, attempts } = this.effect;
    const { signal } = this.abort;
    const { timeoutMs } = this.handler;
    const timer = setTimeout(() => {
      this.cancel(`it took more than ${String(timeoutMs)} ms`);
    }, timeoutMs);
    const givenUp = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
    try {
      const effect = { kind, key, lane, payload, attempt: attempts, signal };
      await Promise.race([this.handler.run(effect), givenUp]);
    } finally {
      clearTimeout(timer);
    }
  }

  private failed(failure: unknown): { settlement: EffectResult; failure: unknown } {
    const { effect } = this;
    const { retry } = this.handler;
    const isDead = failure instanceof PermanentFailure || effect.attempts >= retry.maxAttempts;
    const settlement: EffectResult = {
      effect,
      state: isDead ? 'dead' : 'pending',
      pauseMs: isDead ? 0 : backoffMs(retry, effect.attempts),
      error: String(failure).replaceAll('\0', '').slice(0, maxErrorLength),
    };
    return { settlement, failure };
  }
}

/** Early enough that a renewal may fail once and come in time yet. */
function nextRenewalAt({ leaseMs }: CompleteHandler): number {
  return performance.now() + leaseMs / 3;
}
