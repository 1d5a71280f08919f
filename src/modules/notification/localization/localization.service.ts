import { Injectable } from '@nestjs/common';
import { Bus } from '../../../core/bus/bus.js';
import { DomainError } from '../../../core/errors/index.js';
import { Log } from '../../../core/observability/index.js';
import { BadLocalizationFile, readLocalizationFile } from './localization-file.js';
import { Localization, type LocalizationState, localizationTopic } from './localization.js';
import { LocalizationRepository } from './localization.repository.js';

/** The calls of administrators on the localization file. */
@Injectable()
export class LocalizationService {
  constructor(
    private readonly repository: LocalizationRepository,
    private readonly localization: Localization,
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  get state(): LocalizationState {
    return this.localization.state;
  }

  /**
   * Puts a file in force on all nodes; it wins over the one that the option names.
   * @throws DomainError InvalidLocalization
   */
  async upload(xml: string, actor: string): Promise<LocalizationState> {
    try {
      readLocalizationFile(xml);
    } catch (error) {
      if (!(error instanceof BadLocalizationFile)) throw error;
      throw new DomainError(
        'invalid',
        'InvalidLocalization',
        `the localization file: ${error.message}`,
      );
    }
    await this.repository.put(xml, actor);
    this.log.info({ actor }, 'a localization file was uploaded');
    return this.changed();
  }

  /** Goes back to the file that the option names. @throws DomainError LocalizationNotFound */
  async remove(actor: string): Promise<void> {
    if (!(await this.repository.remove())) {
      throw new DomainError(
        'notFound',
        'LocalizationNotFound',
        'no localization file was uploaded',
      );
    }
    this.log.info({ actor }, 'the uploaded localization file was removed');
    await this.changed();
  }

  private async changed(): Promise<LocalizationState> {
    this.bus.wake(localizationTopic);
    await this.localization.reload();
    return this.localization.state;
  }
}
