import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../../../core/config/index.js';
import { PushProviders } from '../providers/push-providers.js';
import { LocalizationRepository } from './localization.repository.js';
import { xmlTextOf } from './xml-text.js';

/** Where the messages come from at the moment. */
export interface SourceState {
  readonly kind: 'upload' | 'file' | 'none';
  /** The file's path, or who uploaded it; null when there is none. */
  readonly location: string | null;
  /** Changes whenever what is there changes. */
  readonly mark: string;
}

/** Finds the localization file: the one that was uploaded, else the one that the option names. */
@Injectable()
export class LocalizationSource {
  constructor(
    private readonly repository: LocalizationRepository,
    private readonly providers: PushProviders,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** Whether it is known where to look: not before the application has started. */
  get isReady(): boolean {
    return this.providers.isLoaded;
  }

  /** Hears when the settings say something else. */
  onSettings(listener: () => void): void {
    this.providers.onChange(listener);
  }

  /** @throws Error when the file cannot be looked at */
  async look(): Promise<SourceState> {
    const uploaded = await this.repository.findTime();
    if (uploaded !== undefined) return { kind: 'upload', location: null, mark: uploaded };
    const path = this.path;
    if (path === undefined) return { kind: 'none', location: null, mark: '' };
    const { mtimeMs, size, ino } = await stat(path);
    return { kind: 'file', location: path, mark: [path, mtimeMs, size, ino].join(' ') };
  }

  /** The XML text. @throws BadLocalizationFile when it is not in its encoding, Error when it cannot be read */
  async read({ kind }: SourceState): Promise<string> {
    if (kind === 'upload') return (await this.repository.find())?.xml ?? '<messages/>';
    const path = this.path;
    if (kind === 'none' || path === undefined) return '<messages/>';
    return xmlTextOf(await readFile(path));
  }

  /** A relative path is one beside the file of sections. */
  get path(): string | undefined {
    const location = this.providers.settings.localizationFileLocation;
    return location === '' ? undefined : resolve(dirname(this.environment.configFile), location);
  }
}
