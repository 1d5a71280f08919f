import { Injectable } from '@nestjs/common';
import { Bus } from '../../core/bus/index.js';
import { UnitOfWork } from '../../core/database/index.js';
import { Log } from '../../core/observability/index.js';
import { Slices } from '../../core/event-loop/slices.js';
import { Audit, type NewAuditEntry } from '../audit/index.js';
import { restoreSecrets, maskSecrets } from './domain/secrets.js';
import { changesBetween, isSameOrder, type SectionChange } from './domain/section-changes.js';
import { InvalidConfiguration } from './options.errors.js';
import { ConfigurationRepository, type StoredSections } from './configuration.repository.js';
import {
  Configuration,
  type Snapshot,
  FaultList,
  type FoundFaults,
  SectionCatalogue,
  type RawSections,
  type WrittenSections,
} from '../../core/settings/index.js';

/** Who changes sections, and by what call. */
export interface ChangeAuthor {
  readonly actor: string;
  readonly action: 'put' | 'patch' | 'delete' | 'import' | 'start';
}

/** What the sections are to be. */
export interface ProposedSections {
  readonly sections: RawSections;
  /** What was found wrong already, as in the text they come from. */
  readonly faults?: FoundFaults;
}

/** Names the topic on which nodes tell each other that sections changed. */
export const optionsTopic = 'options';

interface WriteOutcome {
  readonly snapshot: Snapshot;
  readonly written: WrittenSections;
  /** Which sections are other than before. */
  readonly changed: readonly string[];
  /** Whether anything is: the order of sections counts as well. */
  readonly isNew: boolean;
}

/**
 * The one way in which sections change: checked as a whole, written, audited and applied in one
 * transaction, all or nothing. Writers of all nodes go one after the other.
 */
@Injectable()
export class ConfigurationWriter {
  constructor(
    private readonly repository: ConfigurationRepository,
    private readonly catalogue: SectionCatalogue,
    private readonly configuration: Configuration,
    private readonly unitOfWork: UnitOfWork,
    private readonly bus: Bus,
    private readonly audit: Audit,
    private readonly log: Log,
  ) {}

  /**
   * Replaces the sections by what `edit` makes of the stored ones. They are in force on this node
   * when it returns, and on the others within two seconds.
   * @returns all sections as they are written now
   * @throws InvalidConfiguration; nothing has changed then
   */
  async write(
    by: ChangeAuthor,
    edit: (stored: WrittenSections) => ProposedSections | Promise<ProposedSections>,
  ): Promise<WrittenSections> {
    const { snapshot, written, changed, isNew } = await this.unitOfWork.run(async () => {
      await this.repository.lock();
      const stored = await this.repository.load();
      return this.replace(stored, await edit(stored.sections), by);
    });
    // While this node wrote, another may have written more, and a refresh may have seen it.
    if (snapshot.version > (this.configuration.version ?? -1))
      this.configuration.activate(snapshot);
    if (isNew) {
      this.log.info({ ...by, version: snapshot.version, changed }, 'the configuration has changed');
      this.bus.wake(optionsTopic);
    }
    return written;
  }

  private async replace(
    stored: StoredSections,
    given: ProposedSections,
    by: ChangeAuthor,
  ): Promise<WriteOutcome> {
    const faults = new FaultList();
    // What the database holds has just been read.
    await new Slices().next();
    if (given.faults !== undefined) faults.addAll(given.faults);
    const kept = await restoreSecrets(given.sections, stored.sections, this.isSecret, faults);
    const checked = await this.catalogue.check(kept);
    faults.addAll(checked.faults);
    if (faults.count > 0) throw new InvalidConfiguration(faults);
    // The check has refused whatever is no map of options.
    const written = kept as WrittenSections;
    const changes = await changesBetween(stored.sections, written);
    const version = await this.store(stored, written, changes, by);
    await this.catalogue.apply(checked.sections);
    return {
      snapshot: { version, sections: checked.sections },
      written,
      changed: changes.map(({ section }) => section),
      isNew: version !== stored.version,
    };
  }

  private async store(
    stored: StoredSections,
    written: WrittenSections,
    changes: readonly SectionChange[],
    by: ChangeAuthor,
  ): Promise<number> {
    if (changes.length === 0 && isSameOrder(stored.sections, written)) return stored.version;
    const entries = changes.map((change) => this.entryOf(change, by));
    await this.audit.record(...entries);
    return this.repository.save(changes, [...written.keys()]);
  }

  private readonly isSecret = (section: string, option: string): boolean =>
    this.catalogue.isSecret(section, option);

  private readonly entryOf = (change: SectionChange, by: ChangeAuthor): NewAuditEntry => {
    const { section, before, after } = change;
    return {
      kind: 'configuration',
      ...by,
      subject: section,
      before: before && maskSecrets(section, before, this.isSecret),
      after: after && maskSecrets(section, after, this.isSecret),
    };
  };
}
