/**
 * Lets one loop sleep until the signal is given or a time has passed; one given while it is awake
 * is kept.
 */
export class Signal {
  private isNotified = false;
  private resolveWait: (() => void) | undefined;

  notify(): void {
    this.isNotified = true;
    this.resolveWait?.();
  }

  /** @param mostMs milliseconds after which the loop goes on without a signal */
  async wait(mostMs: number): Promise<void> {
    if (!this.isNotified) await this.waitForNotify(mostMs);
    this.resolveWait = undefined;
    this.isNotified = false;
  }

  private waitForNotify(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMs);
      this.resolveWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
