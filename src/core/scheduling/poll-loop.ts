import { Signal } from './signal.js';

/** Does the same again and again: when it is rung, or after the time that it asked for. */
export class PollLoop {
  private readonly wakeSignal = new Signal();
  private stopping = false;
  private running: Promise<void> = Promise.resolve();

  /**
   * @param step does it once, and returns after how many milliseconds to do it again unless rung;
   *   never rejects
   */
  constructor(private readonly step: () => Promise<number>) {}

  start(): void {
    this.running = this.run();
  }

  /** Has it done at once, or once more when it is being done. */
  readonly wake = (): void => {
    this.wakeSignal.notify();
  };

  /** Whether its end has been asked for. */
  get isStopping(): boolean {
    return this.stopping;
  }

  /** Waits for what is being done, and does it no more. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) await this.wakeSignal.wait(await this.step());
  }
}
