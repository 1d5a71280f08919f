import type { Log } from './log.js';

/**
 * Something that a loop does again and again and that may fail for a while, as while the database
 * is away: said once when it begins to fail and once when it works again, not at every try.
 */
export class FailureThrottle {
  private failures = 0;

  /** @param work what is done, as `the sweep of storage` */
  constructor(
    private readonly log: Log,
    private readonly work: string,
  ) {}

  recordFailure(error: unknown): void {
    this.failures++;
    if (this.failures === 1)
      this.log.error({ err: error }, `${this.work} failed; it goes on trying`);
    else this.log.debug({ err: error, failures: this.failures }, `${this.work} failed again`);
  }

  recordSuccess(): void {
    if (this.failures === 0) return;
    this.log.info({ failures: this.failures }, `${this.work} works again`);
    this.failures = 0;
  }
}
