import { Injectable } from '@nestjs/common';
import type { PushType } from '../push-type.js';
import { invalidParameter } from '../../../core/errors/index.js';
import {
  attributeChain,
  type AttributeSection,
  type FindSection,
  mergeAttributes,
} from './attribute-chain.js';
import { connectionOptions, type CredentialSection } from './connection-options.js';
import type { MessageAttributes, ProviderOptions } from './provider-options.js';
import { providerRules, pushRules } from './provider-rules.js';
import { providerSectionName } from './provider-section-name.js';
import { providerSection, type PushOptions, pushSection } from './push.section.js';
import { Configuration } from '../../../core/settings/index.js';

/** Merged attributes are kept for so many pairs of provider and tag. */
const maxCachedAttributes = 10_000;

/**
 * What sections `push` and `push.provider.…` say (docs/compatibility.md, Providers and attributes).
 */
@Injectable()
export class PushProviders {
  private readonly credentials = new Map<string, CredentialSection>();
  private readonly events = new Map<string, AttributeSection>();
  private readonly connections = new Map<string, ProviderOptions>();
  private readonly attributes = new Map<string, MessageAttributes>();

  constructor(private readonly configuration: Configuration) {
    configuration.register(pushRules);
    configuration.register(providerRules);
    configuration.onChange(() => this.rebuildIndex());
  }

  /** Hears of every change of settings, the first ones too. */
  onChange(listener: () => void): void {
    this.configuration.onChange(listener);
  }

  get settings(): PushOptions {
    return this.configuration.get(pushSection);
  }

  isEnabled(type: PushType): boolean {
    return this.settings.pushEnabled.includes(type);
  }

  /** Whether there is a section `push.provider.<name>`. */
  exists(provider: string): boolean {
    return this.credentials.has(provider);
  }

  /** The connection of a provider; undefined: that of section `push`. */
  optionsOf(provider: string | undefined, debug: boolean): ProviderOptions {
    const key = `${String(debug)} ${provider ?? ''}`;
    const known = this.connections.get(key);
    if (known !== undefined) return known;
    const options = connectionOptions(this.sectionsOf(provider), debug);
    this.connections.set(key, options);
    return options;
  }

  /** What the operating system is to show with an event. */
  attributesOf(provider: string | undefined, tag: string): MessageAttributes {
    const key = `${tag} ${provider ?? ''}`;
    const known = this.attributes.get(key);
    if (known !== undefined) return known;
    const attributes = mergeAttributes(this.chainOf(provider, tag));
    if (this.attributes.size >= maxCachedAttributes) this.attributes.clear();
    this.attributes.set(key, attributes);
    return attributes;
  }

  /** All sections that apply to an event, those that nobody wrote too, general to specific. */
  chainOf(provider: string | undefined, tag: string): AttributeSection[] {
    const push = { section: 'push', attributes: this.settings };
    const find: FindSection = (owner, of) => this.events.get(keyOf(owner, of));
    return attributeChain(push, find, provider, tag);
  }

  /** Where the options of a connection are looked for, in that order. */
  sectionsOf(provider: string | undefined): CredentialSection[] {
    const own = provider === undefined ? undefined : this.credentials.get(provider);
    const push = { section: 'push', options: this.settings };
    return own === undefined ? [push] : [own, push];
  }

  private rebuildIndex(): void {
    for (const kept of [this.credentials, this.events, this.connections, this.attributes]) {
      kept.clear();
    }
    for (const [name, options] of this.configuration.all(providerSection)) {
      const section = `push.provider.${name}`;
      const read = providerSectionName(name);
      if (read?.kind === 'credentials') this.credentials.set(read.provider, { section, options });
      if (read?.kind === 'attributes') {
        this.events.set(keyOf(read.provider, read.tag), { section, attributes: options });
      }
    }
  }
}

/** A provider's name has no dot and no blank at its end. */
function keyOf(provider: string | undefined, tag: string | undefined): string {
  return `${provider ?? ''} . ${tag ?? ''}`;
}

/** @throws DomainError InvalidParameter when a provider is named that there is not */
export function requireProvider(
  providers: PushProviders,
  provider: string | undefined,
  parameter = 'providerName',
): void {
  if (provider === undefined || providers.exists(provider)) return;
  throw invalidParameter(parameter, 'the name of a section push.provider.<name>');
}
