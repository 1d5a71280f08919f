/** Lets one loop sleep until it is rung or a time has passed; a ring while it is awake is kept. */
export class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** @param mostMs milliseconds after which the loop goes on unrung */
  async sleep(mostMs: number): Promise<void> {
    if (!this.rung) await this.ringOr(mostMs);
    this.wake = undefined;
    this.rung = false;
  }

  private ringOr(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
