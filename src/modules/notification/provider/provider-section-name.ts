import { isTag } from '../domain/event-tag.js';

/** What a section `push.provider.…` is about, by the part of its name after that. */
export type ProviderSectionName =
  | { readonly kind: 'credentials'; readonly provider: string }
  | {
      readonly kind: 'attributes';
      /** undefined: of every provider. */
      readonly provider: string | undefined;
      /** In lower case, since the chain compares tags ignoring case; undefined: of every event. */
      readonly tag: string | undefined;
    };

/** What such a section may be called, in words. */
export const providerSectionTakes =
  'takes a name as push.provider.<name>, push.provider.event, push.provider.event.<tag>, push.provider.<name>.event or push.provider.<name>.event.<tag>';

/**
 * Reads the name; undefined when it is none. `event` is never a provider (docs/compatibility.md,
 * Providers and attributes).
 */
export function providerSectionName(name: string): ProviderSectionName | undefined {
  const [first = '', second, ...rest] = name.split('.');
  if (first === '') return undefined;
  if (first === 'event') return attributesOf(undefined, name.split('.').slice(1));
  if (second === undefined) return { kind: 'credentials', provider: first };
  return second === 'event' ? attributesOf(first, rest) : undefined;
}

function attributesOf(
  provider: string | undefined,
  words: readonly string[],
): ProviderSectionName | undefined {
  const tag = words.join('.');
  if (words.length === 0) return { kind: 'attributes', provider, tag: undefined };
  return isTag(tag) ? { kind: 'attributes', provider, tag: tag.toLowerCase() } : undefined;
}
