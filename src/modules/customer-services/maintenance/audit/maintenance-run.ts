import { DomainError } from '../../../../core/errors/index.js';
import type { Log } from '../../../../core/observability/index.js';
import type {
  MaintenanceAuditRepository,
  MaintenanceCall,
  Outcome,
} from './maintenance-audit.repository.js';

/** After so many services an export writes down how far it has come. */
const writeProgressEvery = 2000;

/**
 * A call under way, whose audit entry tells how far it has come. The stop of the node waits for it.
 */
export class MaintenanceRun {
  private services = 0;
  private written = 0;

  constructor(
    private readonly id: number,
    private readonly call: MaintenanceCall,
    private readonly audit: MaintenanceAuditRepository,
    private readonly log: Log,
    private readonly releaseStop: () => void,
  ) {}

  /** How many services there were so far. */
  get count(): number {
    return this.services;
  }

  /**
   * Writes down that a batch adds so many, in its unit of work; after the commit `addServices`
   * them.
   */
  async writeProgress(services: number): Promise<void> {
    await this.audit.count(this.id, this.services + services);
  }

  addServices(services: number): void {
    this.services += services;
  }

  /** Hands batches on and counts them; what their reader leaves before the last one is aborted. */
  async *trackUntilRead<Item>(
    batches: AsyncIterable<readonly Item[]>,
  ): AsyncGenerator<readonly Item[]> {
    let outcome: Outcome = 'aborted';
    try {
      yield* this.countBatches(batches);
      outcome = 'completed';
    } catch (error) {
      outcome = this.logFailure(error);
      throw error;
    } finally {
      await this.closeEntry(outcome);
    }
  }

  /** Hands batches on and counts them. */
  async *countBatches<Item>(
    batches: AsyncIterable<readonly Item[]>,
  ): AsyncGenerator<readonly Item[]> {
    for await (const batch of batches) {
      this.services += batch.length;
      if (this.services - this.written >= writeProgressEvery) {
        await this.audit.count(this.id, this.services);
        this.written = this.services;
      }
      yield batch;
    }
  }

  /** Runs work that counts its batches itself. */
  async track<Result>(work: () => Promise<Result>): Promise<Result> {
    let outcome: Outcome = 'completed';
    try {
      return await work();
    } catch (error) {
      outcome = this.logFailure(error);
      throw error;
    } finally {
      await this.closeEntry(outcome);
    }
  }

  private logFailure(error: unknown): Outcome {
    if (error instanceof DomainError && error.code === 'NodeStopping') return 'aborted';
    this.log.error({ err: error, ...this.facts }, 'maintenance of services failed');
    return 'failed';
  }

  /** What has been done is done: an entry that cannot be closed stays open. */
  private async closeEntry(outcome: Outcome): Promise<void> {
    try {
      await this.audit.end(this.id, this.services, outcome);
    } catch (error) {
      this.log.warn({ err: error, ...this.facts, outcome }, 'an audit entry could not be closed');
    } finally {
      this.releaseStop();
    }
  }

  private get facts(): object {
    return { operation: this.call.operation, audit: this.id, services: this.services };
  }
}
