import type { Log } from '../observability/index.js';

const signals = ['SIGTERM', 'SIGINT'] as const;

/**
 * For so long after the first signal another one is the same request: a terminal sends Ctrl-C to npm
 * and to the server, and npm passes its own on.
 */
const sameRequestMs = 1500;

/**
 * The request to stop this process, heard from the moment of its making, so also during a start.
 * A later signal, or a stop that takes too long, ends the process at once.
 */
export class StopRequest {
  private readonly abort = new AbortController();
  private readonly lastActs: (() => void)[] = [];
  private toldAt = 0;

  /** @param longestMs milliseconds after which the process is ended, whatever it is still about */
  constructor(
    private readonly log: Log,
    private readonly longestMs: number,
  ) {
    for (const name of signals) process.on(name, this.hear);
  }

  /** Aborted once the process was told to stop. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Resolves once the process was told to stop. */
  async heard(): Promise<void> {
    if (this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }

  /** @param act what is done, without waiting, before the process is ended at once */
  beforeSuddenEnd(act: () => void): void {
    this.lastActs.push(act);
  }

  private readonly hear = (signal: NodeJS.Signals): void => {
    if (!this.signal.aborted) {
      this.toldAt = performance.now();
      this.log.info({ signal }, 'stopping');
      this.endAfterLongest();
      this.abort.abort(new Error(`told to stop by ${signal}`));
    } else if (performance.now() - this.toldAt > sameRequestMs) {
      this.log.warn({ signal }, 'told again to stop: ending at once');
      this.endAtOnce();
    }
  };

  private endAfterLongest(): void {
    const timer = setTimeout(() => {
      this.log.error({ longestMs: this.longestMs }, 'the stop took too long: ending at once');
      this.endAtOnce();
    }, this.longestMs);
    timer.unref();
  }

  private endAtOnce(): never {
    for (const act of this.lastActs) {
      try {
        act();
      } catch (error) {
        this.log.error({ err: error }, 'ending at once left something behind');
      }
    }
    process.exit(1);
  }
}
