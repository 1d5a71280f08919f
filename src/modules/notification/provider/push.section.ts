import { z } from 'zod';
import { type PushType, pushTypeOf, pushTypes } from '../push-type.js';
import { type AttributeOptions, attributeTypes } from './attribute-options.js';
import { type Credentials, credentialTypes } from './credential-options.js';
import {
  defineSection,
  oneOf,
  text,
  wholeNumber,
  refuseTrustSwitches,
  type OptionType,
} from '../../../core/settings/index.js';

/** The options of section `push` (docs/compatibility.md, Providers and attributes). */
export interface PushOptions extends Credentials, AttributeOptions {
  readonly pushEnabled: readonly PushType[];
  /** Seconds. */
  readonly defaultSubscriptionExpiration: number;
  /** Whether publish answers after the first attempt of every target, or once all is stored. */
  readonly publish_mode: 'sync' | 'async';
  readonly max_attempts: number;
  /** Seconds before the second attempt. */
  readonly retry_initial: number;
  /** The name of a file on every node; empty: none. */
  readonly localizationFileLocation: string;
}

/** The options of a section `push.provider.<name>` or `push.provider.….event.…`. */
export interface ProviderSectionOptions extends Credentials, AttributeOptions {}

/** The longest subscription, seconds: some 68 years. */
export const maxSubscriptionSeconds = 2_147_483_647;

export const pushSection = refuseTrustSwitches(
  defineSection<PushOptions>('push', {
    pushEnabled: pushTypesOption(['comet', 'httpcb', 'orscb']),
    defaultSubscriptionExpiration: wholeNumber(30, 1, maxSubscriptionSeconds),
    publish_mode: oneOf('sync', ['sync', 'async']),
    max_attempts: wholeNumber(8, 1, 100),
    retry_initial: wholeNumber(1, 1, 60),
    localizationFileLocation: text(
      '',
      'the name of a file in the folder localization of GMS_DATA_DIR',
      (name) => name === '' || isFileName(name),
    ),
    ...credentialTypes,
    ...attributeTypes,
  }),
);

export const providerSection = refuseTrustSwitches(
  defineSection<ProviderSectionOptions>('push.provider.', {
    ...credentialTypes,
    ...attributeTypes,
  }),
);

/** A list of push types: text with commas between, or a list; in any case. */
export function pushTypesOption(initial: readonly PushType[]): OptionType<readonly PushType[]> {
  const written = z.union([
    z.string().transform((text) => text.split(',').map((word) => word.trim())),
    z.array(z.string().trim()),
  ]);
  return {
    schema: written.transform((words, context) => {
      const named = words.filter((word) => word !== '');
      const types = named.map(pushTypeOf);
      const known = types.filter((type) => type !== undefined);
      if (known.length < types.length) context.addIssue({ code: 'custom' });
      return [...new Set(known)];
    }),
    takes: `push types with commas between: ${pushTypes.join(', ')}`,
    defaultValue: initial,
  };
}

/** Whether a text names a file of a folder, and nothing outside of it. */
export function isFileName(name: string): boolean {
  return /^[^/\\\0]{1,255}$/.test(name) && name !== '.' && name !== '..';
}
