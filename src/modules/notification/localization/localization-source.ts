import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../../../core/config/index.js';
import { PushProviders } from '../provider/push-providers.js';
import { LocalizationFolder } from './localization-folder.js';
import { LocalizationRepository } from './localization.repository.js';
import { decodeXmlChunks } from './decode-xml.js';

/** Where the messages come from at the moment. */
export interface SourceState {
  readonly kind: 'upload' | 'file' | 'none';
  /** The file's name; null when it was uploaded, or there is none. */
  readonly location: string | null;
  /** Changes whenever what is there changes. */
  readonly fingerprint: string;
}

/** Finds the localization file: the one that was uploaded, else the one that the option names. */
@Injectable()
export class LocalizationSource {
  private readonly folder: LocalizationFolder;

  constructor(
    private readonly repository: LocalizationRepository,
    private readonly providers: PushProviders,
    @Inject(ENVIRONMENT) environment: Environment,
  ) {
    this.folder = new LocalizationFolder(environment.dataDir);
  }

  /** Hears when the settings say something else. */
  onChange(listener: () => void): void {
    this.providers.onChange(listener);
  }

  /** @throws UnreadableFile when the file cannot be looked at */
  async readState(): Promise<SourceState> {
    const uploaded = await this.repository.findTime();
    if (uploaded !== undefined) return { kind: 'upload', location: null, fingerprint: uploaded };
    const { name } = this;
    if (name === '') return { kind: 'none', location: null, fingerprint: '' };
    const { mtimeMs, size, ino } = await this.folder.stat(name);
    return { kind: 'file', location: name, fingerprint: [name, mtimeMs, size, ino].join(' ') };
  }

  /**
   * The XML text, in pieces.
   * @throws UnreadableFile; while the pieces are read BadLocalizationFile
   */
  async read({ kind }: SourceState): Promise<Iterable<string>> {
    if (kind === 'upload') return [(await this.repository.find())?.xml ?? emptyDocument];
    const { name } = this;
    return kind === 'none' || name === ''
      ? [emptyDocument]
      : decodeXmlChunks(await this.folder.read(name));
  }

  private get name(): string {
    return this.providers.settings.localizationFileLocation;
  }
}

const emptyDocument = '<messages/>';
