import {
  boolean,
  longText,
  oneOf,
  optional,
  type OptionType,
  wholeNumber,
} from '../../options/index.js';
import type { MessageAttributes } from './provider-options.js';

/** An option for each attribute; undefined: not set here. */
export type AttributeOptions = {
  readonly [Name in keyof Required<MessageAttributes>]: MessageAttributes[Name] | undefined;
};

/** The vendors keep nothing for longer, seconds: 30 days, and four weeks. */
export const longestKept = { apple: 2_592_000, google: 2_419_200 } as const;

const words = optional(longText('', 'text of at most 100000 characters'));

/** What the operating system shows with a message (notification.md, Option names). */
export const attributeTypes: {
  readonly [Name in keyof AttributeOptions]: OptionType<AttributeOptions[Name]>;
} = {
  'apple.alert.title': words,
  'apple.alert.body': words,
  'apple.badge': optional(wholeNumber(0, 0, 1_000_000)),
  'apple.sound': words,
  'apple.content_available': optional(boolean(false)),
  'apple.expiration': optional(wholeNumber(0, 0, longestKept.apple)),
  'fcm.title': words,
  'fcm.body': words,
  'fcm.priority': optional(oneOf('normal', ['normal', 'high'])),
  'fcm.collapse_key': words,
  'fcm.ttl': optional(wholeNumber(0, 0, longestKept.google)),
};

export const attributeNames = Object.keys(attributeTypes) as (keyof AttributeOptions)[];
