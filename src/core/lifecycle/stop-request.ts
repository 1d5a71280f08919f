import type { Log } from '../observability/index.js';

const signals = ['SIGTERM', 'SIGINT'] as const;

/**
 * For so long after the first signal another one is the same request: a terminal sends Ctrl-C to npm
 * and to the server, and npm passes its own on.
 */
const repeatedSignalMs = 1500;

/**
 * The request to stop this process, heard from the moment of its making, so also during a start.
 * A later signal, or a stop that takes too long, ends the process at once.
 */
export class StopRequest {
  private readonly abort = new AbortController();
  private readonly forcedExitHooks: (() => void)[] = [];
  private requestedAt = 0;

  /** @param maxStopMs milliseconds after which the process is ended, whatever it is still about */
  constructor(
    private readonly log: Log,
    private readonly maxStopMs: number,
  ) {
    for (const name of signals) process.on(name, this.handleSignal);
  }

  /** Aborted once the process was told to stop. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Resolves once the process was told to stop. */
  async waitForRequest(): Promise<void> {
    if (this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }

  /** @param act what is done, without waiting, before the process is ended at once */
  onForcedExit(act: () => void): void {
    this.forcedExitHooks.push(act);
  }

  private readonly handleSignal = (signal: NodeJS.Signals): void => {
    if (!this.signal.aborted) {
      this.requestedAt = performance.now();
      this.log.info({ signal }, 'stopping');
      this.armForcedExit();
      this.abort.abort(new Error(`told to stop by ${signal}`));
    } else if (performance.now() - this.requestedAt > repeatedSignalMs) {
      this.log.warn({ signal }, 'told again to stop: ending at once');
      this.forceExit();
    }
  };

  private armForcedExit(): void {
    const timer = setTimeout(() => {
      this.log.error({ longestMs: this.maxStopMs }, 'the stop took too long: ending at once');
      this.forceExit();
    }, this.maxStopMs);
    timer.unref();
  }

  private forceExit(): never {
    for (const act of this.forcedExitHooks) {
      try {
        act();
      } catch (error) {
        this.log.error({ err: error }, 'ending at once left something behind');
      }
    }
    process.exit(1);
  }
}
