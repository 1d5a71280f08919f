import type { MessageAttributes } from './provider-options.js';
import {
  boolean,
  longText,
  oneOf,
  optional,
  type OptionType,
  wholeNumber,
} from '../../../core/settings/index.js';

/** Less than that is no use to a device that is off for a moment, seconds. */
const minTtlSeconds = 60;

/**
 * For how long a vendor is to keep a push for a device that is off, whole seconds.
 * @param asked the message attribute
 * @param left of the subscription, seconds
 */
export function vendorTtlSeconds(asked: number | undefined, left: number, longest: number): number {
  return asked ?? Math.min(Math.max(Math.floor(left), minTtlSeconds), longest);
}

/** An option for each attribute; undefined: not set here. */
export type AttributeOptions = {
  readonly [Name in keyof Required<MessageAttributes>]: MessageAttributes[Name] | undefined;
};

/** The vendors keep nothing for longer, seconds: 30 days, and four weeks. */
export const maxVendorTtlSeconds = { apple: 2_592_000, google: 2_419_200 } as const;

const textOption = optional(longText('', 'text of at most 100000 characters'));

/**
 * What the operating system shows with a message (docs/compatibility.md, Providers and attributes).
 */
export const attributeTypes: {
  readonly [Name in keyof AttributeOptions]: OptionType<AttributeOptions[Name]>;
} = {
  'apple.alert.title': textOption,
  'apple.alert.body': textOption,
  'apple.badge': optional(wholeNumber(0, 0, 1_000_000)),
  'apple.sound': textOption,
  'apple.content_available': optional(boolean(false)),
  'apple.expiration': optional(wholeNumber(0, 0, maxVendorTtlSeconds.apple)),
  'fcm.title': textOption,
  'fcm.body': textOption,
  'fcm.priority': optional(oneOf('normal', ['normal', 'high'])),
  'fcm.collapse_key': textOption,
  'fcm.ttl': optional(wholeNumber(0, 0, maxVendorTtlSeconds.google)),
};

export const attributeNames = Object.keys(attributeTypes) as (keyof AttributeOptions)[];
