import {
  defineSection,
  oneOf,
  text,
  wholeNumber,
  withoutTrustSwitches,
} from '../../options/index.js';
import { isFileName } from '../localization/localization-folder.js';
import type { PushType } from '../push-type.js';
import { type AttributeOptions, attributeTypes } from './attribute-types.js';
import { type Credentials, credentialTypes } from './credential-types.js';
import { pushTypeList } from './push-enabled.js';

/** The options of section `push` (notification.md, Option names). */
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
export const longestSubscription = 2_147_483_647;

export const pushSection = withoutTrustSwitches(
  defineSection<PushOptions>('push', {
    pushEnabled: pushTypeList(['comet', 'httpcb', 'orscb']),
    defaultSubscriptionExpiration: wholeNumber(30, 1, longestSubscription),
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

export const providerSection = withoutTrustSwitches(
  defineSection<ProviderSectionOptions>('push.provider.', {
    ...credentialTypes,
    ...attributeTypes,
  }),
);
