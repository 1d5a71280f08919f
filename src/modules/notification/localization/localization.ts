import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Bus } from '../../../core/bus/bus.js';
import {
  type CounterMetric,
  Log,
  Metrics,
  FailureThrottle,
} from '../../../core/observability/index.js';
import type { EventText } from '../event.js';
import {
  InvalidLocalizationFile,
  type LocalizationFile,
  readLocalizationFile,
} from './localization-file.js';
import { UnreadableFile } from './localization-folder.js';
import { LocalizationSource, type SourceState } from './localization-source.js';
import type { LocalizationState } from '../push-admin.dto.js';
import { localizedText, type LocalizationWarning } from './localized-text.js';
import { PollLoop } from '../../../core/scheduling/index.js';

/** The bus topic that says: another localization file was uploaded. */
export const localizationTopic = 'localization';

/** A changed file is in force after so many milliseconds at most. */
const checkIntervalMs = 1000;

/** The same warning is logged once in so many milliseconds. */
const warningIntervalMs = 60_000;
const maxRememberedWarnings = 1000;

const warnings: Readonly<Record<LocalizationWarning['kind'], string>> = {
  unknownMessage: 'the localization file has no such message: it was sent as it is',
  unknownArgument: 'a localized message has an argument that its event does not: it was left empty',
  tooLong: 'a localized message has more than a million characters: it was sent as it is',
};

/**
 * The texts of messages in the languages of subscriptions (docs/compatibility.md, Localization).
 */
@Injectable()
export class Localization implements OnApplicationBootstrap, OnModuleDestroy {
  private file: LocalizationFile = new Map();
  private source: SourceState = { kind: 'none', location: null, fingerprint: '' };
  /** What is wrong with the file, and with the look for it. */
  private fault: string | null = null;
  private sourceFault: string | null = null;
  private readonly warned = new Map<string, number>();
  private readonly warnings: CounterMetric;
  private readonly failureThrottle: FailureThrottle;
  private readonly loop = new PollLoop(() => this.checkSource());
  private stopListening: (() => void) | undefined;

  constructor(
    private readonly sources: LocalizationSource,
    private readonly bus: Bus,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'the look for the localization file');
    this.warnings = metrics.counter(
      'gms_push_localization_warnings_total',
      'Localized messages with an unknown id, or an unknown argument',
      ['kind'],
    );
  }

  onApplicationBootstrap(): void {
    this.stopListening = this.bus.onWake(localizationTopic, this.loop.wake);
    this.sources.onChange(this.loop.wake);
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopListening?.();
    await this.loop.stop();
  }

  get state(): LocalizationState {
    const { kind, location } = this.source;
    return {
      source: kind,
      location,
      messages: this.file.size,
      error: this.sourceFault ?? this.fault,
    };
  }

  /** What is said to a subscription in its language; without a language the message as it is. */
  localize(event: EventText, language: string | undefined): string {
    if (!event.isLocalized || language === undefined) return event.message;
    const { text, warnings } = localizedText(this.file, event.message, language, event.arguments);
    for (const warning of warnings) this.warn(warning, event);
    return text;
  }

  /** Reads what is there when it is another than before. A bad file keeps the last good one. */
  async reload(): Promise<void> {
    try {
      const found = await this.sources.readState();
      if (found.fingerprint !== this.source.fingerprint || found.kind !== this.source.kind) {
        await this.loadFile(found);
      }
      this.sourceFault = null;
      this.failureThrottle.recordSuccess();
    } catch (error) {
      this.sourceFault =
        error instanceof UnreadableFile
          ? error.message
          : 'it could not be looked at; the log says why';
      this.failureThrottle.recordFailure(error);
    }
  }

  private async loadFile(found: SourceState): Promise<void> {
    try {
      this.file = await readLocalizationFile(await this.sources.read(found));
      this.source = found;
      this.fault = null;
      this.log.info(this.state, 'the localization file was read');
    } catch (error) {
      if (!(error instanceof InvalidLocalizationFile)) throw error;
      // Noted too: a file that is bad is read again when it has changed, not every second.
      this.source = found;
      this.fault = error.message;
      this.log.error(
        { location: found.location, reason: this.fault },
        'the localization file is not taken; the messages before it stay',
      );
    }
  }

  private async checkSource(): Promise<number> {
    await this.reload();
    return checkIntervalMs;
  }

  private warn({ kind, name }: LocalizationWarning, { tag, message }: EventText): void {
    this.warnings.labels(kind).inc();
    const key = `${kind} ${name.slice(0, 100)} ${message.slice(0, 100)}`;
    const now = performance.now();
    if (now - (this.warned.get(key) ?? -warningIntervalMs) < warningIntervalMs) return;
    if (this.warned.size >= maxRememberedWarnings) this.warned.clear();
    this.warned.set(key, now);
    const facts = { tag, message: message.slice(0, 100), name: name.slice(0, 100) };
    this.log.warn(facts, warnings[kind]);
  }
}
