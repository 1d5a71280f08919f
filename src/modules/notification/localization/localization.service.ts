import { Injectable } from '@nestjs/common';
import { Bus } from '../../../core/bus/bus.js';
import { DomainError } from '../../../core/errors/index.js';
import { Log } from '../../../core/observability/index.js';
import { InvalidLocalizationFile, readLocalizationFile } from './localization-file.js';
import type { LocalizationState } from '../push-admin.dto.js';
import { Localization, localizationTopic } from './localization.js';
import { maxFileBytes } from './localization-folder.js';
import { LocalizationRepository } from './localization.repository.js';
import { decodeXmlChunks } from './decode-xml.js';

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
   * @param charset what its content type says
   * @throws DomainError InvalidLocalization
   */
  async upload(
    bytes: Uint8Array,
    charset: string | undefined,
    actor: string,
  ): Promise<LocalizationState> {
    const xml = await requireValidFile(bytes, charset);
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

/** @throws DomainError InvalidLocalization */
async function requireValidFile(bytes: Uint8Array, charset: string | undefined): Promise<string> {
  try {
    if (bytes.length > maxFileBytes) {
      throw new InvalidLocalizationFile(`it has more than ${String(maxFileBytes)} bytes`);
    }
    const pieces: string[] = [];
    await readLocalizationFile(keptIn(pieces, decodeXmlChunks(bytes, charset)));
    return pieces.join('');
  } catch (error) {
    if (!(error instanceof InvalidLocalizationFile)) throw error;
    const message = `the localization file: ${error.message}`;
    throw new DomainError('invalid', 'InvalidLocalization', message);
  }
}

/** The pieces as they are read, which are noted. */
function* keptIn(pieces: string[], read: Iterable<string>): Generator<string> {
  for (const piece of read) {
    pieces.push(piece);
    yield piece;
  }
}
