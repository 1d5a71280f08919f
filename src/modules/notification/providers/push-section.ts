import {
  defineSection,
  type GivenOptions,
  oneOf,
  type ReportFault,
  type SectionSchema,
  text,
  wholeNumber,
} from '../../options/index.js';
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
  /** A file on every node; empty: none. */
  readonly localizationFileLocation: string;
}

/** The options of a section `push.provider.<name>` or `push.provider.….event.…`. */
export interface ProviderSectionOptions extends Credentials, AttributeOptions {}

/** The longest subscription, seconds: some 68 years. */
export const longestSubscription = 2_147_483_647;

const switchesOff = /trust_?all|insecure|reject_?unauthorized|verify|ignore_/i;
const neverOff =
  'is not taken: certificates are always verified; give the certificate of a private authority to the server with NODE_EXTRA_CA_CERTS';

/** Migrating operators bring switches that turn verification off: they are told what to do instead. */
function withoutSwitches<Options>(schema: SectionSchema<Options>): SectionSchema<Options> {
  return {
    ...schema,
    parse(given: GivenOptions, report: ReportFault): Options {
      const [refused, kept] = [true, false].map((off) =>
        Object.entries(given).filter(([name]) => switchesOff.test(name) === off),
      );
      for (const [name] of refused ?? []) report(name, neverOff);
      return schema.parse(Object.fromEntries(kept ?? []), report);
    },
  };
}

export const pushSection = withoutSwitches(
  defineSection<PushOptions>('push', {
    pushEnabled: pushTypeList(['comet', 'httpcb', 'orscb']),
    defaultSubscriptionExpiration: wholeNumber(30, 1, longestSubscription),
    publish_mode: oneOf('sync', ['sync', 'async']),
    max_attempts: wholeNumber(8, 1, 100),
    retry_initial: wholeNumber(1, 1, 60),
    localizationFileLocation: text(''),
    ...credentialTypes,
    ...attributeTypes,
  }),
);

export const providerSection = withoutSwitches(
  defineSection<ProviderSectionOptions>('push.provider.', {
    ...credentialTypes,
    ...attributeTypes,
  }),
);
