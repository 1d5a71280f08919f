import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Bus } from '../../core/bus/index.js';
import { Log, FailureThrottle } from '../../core/observability/index.js';
import { optionsTopic } from './configuration-writer.js';
import { ConfigurationRepository } from './configuration.repository.js';
import { Signal } from '../../core/scheduling/index.js';
import { Configuration, linesOf, SectionCatalogue } from '../../core/settings/index.js';

/** A change on another node whose wake-up was lost is seen after this, milliseconds. */
const pollMs = 1000;

/**
 * Follows what other nodes write: at once when the bus says so, else at the next poll. What cannot
 * be read, or is refused here, leaves the last good configuration in force.
 */
@Injectable()
export class ConfigurationFollower implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly wakeSignal = new Signal();
  private readonly failureThrottle: FailureThrottle;
  private running: Promise<void> = Promise.resolve();
  private stopping = false;
  private stopListening: () => void = () => undefined;
  /** The last version that was refused: to be said once, not at every poll. */
  private refusedVersion: number | undefined;

  constructor(
    private readonly repository: ConfigurationRepository,
    private readonly catalogue: SectionCatalogue,
    private readonly configuration: Configuration,
    private readonly bus: Bus,
    private readonly log: Log,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'the look for a changed configuration');
  }

  /** The configuration has been loaded; what others wrote since is found by the first poll. */
  onApplicationBootstrap(): void {
    this.stopListening = this.bus.onWake(optionsTopic, () => this.wakeSignal.notify());
    this.running = this.runLoop();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    this.stopListening();
    this.wakeSignal.notify();
    await this.running;
  }

  private async runLoop(): Promise<void> {
    for (;;) {
      await this.wakeSignal.wait(pollMs);
      if (this.stopping) return;
      try {
        await this.refresh();
        this.failureThrottle.recordSuccess();
      } catch (error) {
        this.failureThrottle.recordFailure(error);
      }
    }
  }

  private async refresh(): Promise<void> {
    const seen = this.configuration.version;
    const latest = await this.repository.version();
    if (latest === seen || latest === this.refusedVersion) return;
    const { version, sections: written } = await this.repository.load();
    const { sections, faults } = await this.catalogue.check(written);
    if (faults.count > 0) {
      this.refusedVersion = version;
      const facts = { version, faults: linesOf(faults) };
      this.log.error(facts, 'a changed configuration is refused; the last good one stays in force');
      return;
    }
    this.refusedVersion = undefined;
    // A write by this node came between: what was read may be older than what is in force.
    if (this.configuration.version !== seen) this.wakeSignal.notify();
    else this.configuration.activate({ version, sections });
  }
}
