import { Injectable } from '@nestjs/common';
import { Log } from '../../core/observability/index.js';
import { Slices } from '../../core/event-loop/slices.js';
import { Audit, type AuditPage } from '../audit/index.js';
import { ConfigurationWriter } from './configuration-writer.js';
import { patchOptions } from './domain/patch-options.js';
import { maskSecrets } from './domain/secrets.js';
import type { SectionAudit, Sections } from './options.dto.js';
import { sectionNotFound } from './options.errors.js';
import { ConfigurationRepository } from './configuration.repository.js';
import { readYamlAside, writeYamlAside } from './yaml/yaml-thread.js';
import {
  SectionCatalogue,
  type WrittenSections,
  type RawOptions,
} from '../../core/settings/index.js';

/**
 * The calls of administrators on sections (docs/compatibility.md, Configuration). Reads go to the
 * database: they show a change at once, whichever node made it.
 */
@Injectable()
export class OptionsService {
  constructor(
    private readonly repository: ConfigurationRepository,
    private readonly writer: ConfigurationWriter,
    private readonly catalogue: SectionCatalogue,
    private readonly trail: Audit,
    private readonly log: Log,
  ) {}

  /** All sections as they were written, in order of writing. */
  async readAll(): Promise<Sections> {
    return this.maskAll((await this.repository.load()).sections);
  }

  /**
   * One section as it was written; of a section of its own that nobody wrote, nothing.
   * @throws DomainError SectionNotFound
   */
  async readOne(section: string): Promise<RawOptions> {
    const options = (await this.repository.load()).sections.get(section);
    if (options !== undefined) return this.maskSection(section, options);
    if (!this.catalogue.isSingle(section)) throw sectionNotFound(section);
    return {};
  }

  /**
   * Replaces a section whole; a masked secret stays as it is stored.
   * @returns the section as it is written now
   * @throws DomainError InvalidConfiguration
   */
  async put(section: string, options: RawOptions, actor: string): Promise<RawOptions> {
    await this.writer.write({ actor, action: 'put' }, (stored) => ({
      sections: new Map<string, unknown>([...stored, [section, options]]),
    }));
    return this.maskSection(section, options);
  }

  /**
   * Changes the options named and keeps the others; null takes one back to its default.
   * @returns the section as it is written now
   * @throws DomainError SectionNotFound, InvalidConfiguration
   */
  async patch(section: string, changes: RawOptions, actor: string): Promise<RawOptions> {
    const written = await this.writer.write({ actor, action: 'patch' }, (stored) => {
      const options = stored.get(section);
      if (options === undefined && !this.catalogue.isSingle(section)) {
        throw sectionNotFound(section);
      }
      const patched = patchOptions(section, options ?? {}, changes, this.catalogue);
      return { sections: new Map<string, unknown>([...stored, [section, patched]]) };
    });
    return this.maskSection(section, written.get(section) ?? {});
  }

  /** @throws DomainError SectionNotFound; InvalidConfiguration when another section names it */
  async remove(section: string, actor: string): Promise<void> {
    await this.writer.write({ actor, action: 'delete' }, (stored) => {
      if (!stored.has(section)) throw sectionNotFound(section);
      return { sections: new Map([...stored].filter(([name]) => name !== section)) };
    });
  }

  /** All sections as YAML that `import` takes; a masked secret stays there as it is stored. */
  async export(withSecrets: boolean, actor: string): Promise<string> {
    const { sections } = await this.repository.load();
    if (!withSecrets) return writeYamlAside(await this.maskedAll(sections));
    this.log.info({ actor }, 'the configuration was exported with its secrets');
    return writeYamlAside(sections);
  }

  /**
   * Replaces all sections by those of a YAML text.
   * @returns the sections as they are written now
   * @throws DomainError InvalidConfiguration
   */
  async import(yaml: string, actor: string): Promise<Sections> {
    // Before the write, which keeps others from writing.
    const given = await readYamlAside(yaml);
    const written = await this.writer.write({ actor, action: 'import' }, () => given);
    return this.maskAll(written);
  }

  /** Who changed what, the newest change first. */
  async audit(page: Pick<AuditPage, 'limit' | 'before' | 'subject'>): Promise<SectionAudit[]> {
    const entries = await this.trail.read({ ...page, kind: 'configuration' });
    return entries.map(({ id, at, actor, action, subject, before, after }) => ({
      ...{ id, at, actor, action, section: subject, before, after },
    }));
  }

  private async maskAll(sections: WrittenSections): Promise<Sections> {
    return Object.fromEntries(await this.maskedAll(sections));
  }

  private maskSection(section: string, options: RawOptions): RawOptions {
    return maskSecrets(section, options, this.isSecret);
  }

  private async maskedAll(sections: WrittenSections): Promise<WrittenSections> {
    const slices = new Slices();
    const masked = new Map<string, RawOptions>();
    for (const [name, options] of sections) {
      masked.set(name, this.maskSection(name, options));
      if (slices.isOver) await slices.next();
    }
    return masked;
  }

  private readonly isSecret = (section: string, option: string): boolean =>
    this.catalogue.isSecret(section, option);
}
