import { Bell } from './bell.js';

/** Does the same again and again: when it is rung, or after the time that it asked for. */
export class Loop {
  private readonly bell = new Bell();
  private closing = false;
  private working: Promise<void> = Promise.resolve();

  /**
   * @param step does it once, and returns after how many milliseconds to do it again unless rung;
   *   never rejects
   */
  constructor(private readonly step: () => Promise<number>) {}

  open(): void {
    this.working = this.work();
  }

  /** Has it done at once, or once more when it is being done. */
  readonly ring = (): void => {
    this.bell.ring();
  };

  /** Whether its end has been asked for. */
  get isClosing(): boolean {
    return this.closing;
  }

  /** Waits for what is being done, and does it no more. */
  async close(): Promise<void> {
    this.closing = true;
    this.ring();
    await this.working;
  }

  private async work(): Promise<void> {
    while (!this.closing) await this.bell.sleep(await this.step());
  }
}
