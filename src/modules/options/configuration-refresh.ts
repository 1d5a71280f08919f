import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Bus } from '../../core/bus/index.js';
import { Log, Trouble } from '../../core/observability/index.js';
import { Bell } from '../../core/timers/index.js';
import { Configuration } from './configuration.js';
import { optionsTopic } from './configuration-writer.js';
import { linesOf } from './domain/fault-list.js';
import { SectionCatalogue } from './domain/section-catalogue.js';
import { ConfigurationRepository } from './store/configuration.repository.js';

/** A change on another node whose wake-up was lost is seen after this, milliseconds. */
const pollMs = 1000;

/**
 * Follows what other nodes write: at once when the bus says so, else at the next poll. What cannot
 * be read, or is refused here, leaves the last good configuration in force.
 */
@Injectable()
export class ConfigurationRefresh implements OnModuleDestroy {
  private readonly bell = new Bell();
  private readonly trouble: Trouble;
  private working: Promise<void> = Promise.resolve();
  private stopping = false;
  private endListening: () => void = () => undefined;
  /** The last version that was refused: to be said once, not at every poll. */
  private refused: number | undefined;

  constructor(
    private readonly repository: ConfigurationRepository,
    private readonly catalogue: SectionCatalogue,
    private readonly configuration: Configuration,
    private readonly bus: Bus,
    private readonly log: Log,
  ) {
    this.trouble = new Trouble(log, 'the look for a changed configuration');
  }

  /** Begins to follow; the configuration has been loaded. */
  start(): void {
    this.endListening = this.bus.onWake(optionsTopic, () => this.bell.ring());
    this.working = this.work();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    this.endListening();
    this.bell.ring();
    await this.working;
  }

  private async work(): Promise<void> {
    for (;;) {
      await this.bell.sleep(pollMs);
      if (this.stopping) return;
      try {
        await this.refresh();
        this.trouble.succeeded();
      } catch (error) {
        this.trouble.failed(error);
      }
    }
  }

  private async refresh(): Promise<void> {
    const seen = this.configuration.version;
    const latest = await this.repository.version();
    if (latest === seen || latest === this.refused) return;
    const { version, sections: written } = await this.repository.load();
    const { sections, faults } = await this.catalogue.check(written);
    if (faults.count > 0) {
      this.refused = version;
      const facts = { version, faults: linesOf(faults) };
      this.log.error(facts, 'a changed configuration is refused; the last good one stays in force');
      return;
    }
    this.refused = undefined;
    // A write by this node came between: what was read may be older than what is in force.
    if (this.configuration.version !== seen) this.bell.ring();
    else this.configuration.adopt({ version, sections });
  }
}
