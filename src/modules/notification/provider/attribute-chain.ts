import { groupsOf } from '../domain/event-tag.js';
import type { AttributeOptions } from './attribute-options.js';
import { attributeNames } from './attribute-options.js';
import type { MessageAttributes } from './provider-options.js';

/** A section that may say something about a message. */
export interface AttributeSection {
  /** As `push.provider.event.A2C`. */
  readonly section: string;
  /** undefined: nobody wrote the section. */
  readonly attributes: AttributeOptions | undefined;
}

/** Where the attributes of a message come from: finds a section of events by provider and tag. */
export type FindSection = (
  provider: string | undefined,
  tag: string | undefined,
) => AttributeSection | undefined;

/**
 * The sections that apply to an event, general to specific (docs/compatibility.md, Providers and
 * attributes): `push`, then the events of every provider, then those of this one, each from the
 * event as such over the tag's groups to the tag itself.
 * @param push the section `push`
 */
export function attributeChain(
  push: AttributeSection,
  find: FindSection,
  provider: string | undefined,
  tag: string,
): AttributeSection[] {
  const tags = [undefined, ...groupsOf(tag), tag];
  const owners = provider === undefined ? [undefined] : [undefined, provider];
  const links = owners.flatMap((owner) =>
    tags.map(
      (of) =>
        find(owner, of?.toLowerCase()) ?? { section: nameOf(owner, of), attributes: undefined },
    ),
  );
  return [push, ...links];
}

/** Merges a chain: what stands later wins, option by option. */
export function mergeAttributes(chain: readonly AttributeSection[]): MessageAttributes {
  const merged: Record<string, unknown> = {};
  for (const { attributes } of chain) {
    for (const name of attributeNames) {
      const value = attributes?.[name];
      if (value !== undefined) merged[name] = value;
    }
  }
  return merged;
}

function nameOf(provider: string | undefined, tag: string | undefined): string {
  return ['push.provider', provider, 'event', tag].filter((part) => part !== undefined).join('.');
}
