import { Injectable } from '@nestjs/common';
import type { ExplainedSection, Explanation } from '../push-admin.dto.js';
import { attributeNames } from './attribute-options.js';
import { findOption } from './connection-options.js';
import { credentialNames, credentialTypes, connectionOptionName } from './credential-options.js';
import { PushProviders, requireProvider } from './push-providers.js';

const mask = '********';

/** Says which settings an event gets, and where each of them stands. */
@Injectable()
export class PushExplanation {
  constructor(private readonly providers: PushProviders) {}

  /** @throws DomainError InvalidParameter for a provider that there is not */
  explain(tag: string, provider: string | undefined, debug: boolean): Explanation {
    requireProvider(this.providers, provider, 'provider');
    const chain = this.providers.chainOf(provider, tag).map(({ section, attributes }) => ({
      section,
      exists: section === 'push' || attributes !== undefined,
      sets: Object.fromEntries(
        attributeNames
          .filter((name) => attributes?.[name] !== undefined)
          .map((name) => [name, attributes?.[name]]),
      ),
    }));
    const connection = this.connectionOf(provider, debug);
    return {
      tag,
      provider: provider ?? null,
      debug,
      chain,
      attributes: attributeOrigins(chain),
      connection,
    };
  }

  private connectionOf(provider: string | undefined, debug: boolean): Explanation['connection'] {
    const sections = this.providers.sectionsOf(provider);
    return Object.fromEntries(
      credentialNames.flatMap((name) => {
        const found = findOption(sections, name, debug);
        if (found === undefined) return [];
        const isSecret = credentialTypes[connectionOptionName(name, false)].secret === true;
        return [[name, isSecret ? { ...found, value: mask } : found]];
      }),
    );
  }
}

function attributeOrigins(chain: readonly ExplainedSection[]): Explanation['attributes'] {
  const attributes: Record<string, { value: unknown; section: string }> = {};
  for (const { section, sets } of chain) {
    for (const [name, value] of Object.entries(sets)) attributes[name] = { value, section };
  }
  return attributes;
}
