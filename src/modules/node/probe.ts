/** What a probe found. */
export type ProbeOutcome = 'ok' | 'failed' | 'no answer in time';

/** How long anybody waits for a probe, milliseconds. */
const timeoutMs = 1000;

/**
 * A check that may hang. Whoever asks while it is under way waits for the same one: however often a
 * load balancer asks, it takes up one connection.
 */
export class Probe {
  private currentRun: Promise<ProbeOutcome> | undefined;

  /** @param check resolves with whether all is well, or rejects */
  constructor(private readonly check: () => Promise<boolean>) {}

  /** Never rejects. */
  async run(): Promise<ProbeOutcome> {
    this.currentRun ??= this.runCheck().finally(() => {
      this.currentRun = undefined;
    });
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<ProbeOutcome>((resolve) => {
      timer = setTimeout(() => {
        resolve('no answer in time');
      }, timeoutMs);
    });
    const outcome = await Promise.race([this.currentRun, timeout]);
    clearTimeout(timer);
    return outcome;
  }

  private async runCheck(): Promise<ProbeOutcome> {
    try {
      return (await this.check()) ? 'ok' : 'failed';
    } catch {
      return 'failed';
    }
  }
}
