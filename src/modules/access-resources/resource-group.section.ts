import { isAccessNumber, isCountry } from './domain/phone-number.js';
import {
  defineSection,
  list,
  oneOf,
  optional,
  text,
  wholeNumber,
} from '../../core/settings/index.js';

/** How a group hands out its numbers (docs/compatibility.md, Resource groups). */
export type AllocationStrategy = 'RANDOM' | 'ROUND_ROBIN' | 'LOCAL' | 'CLUSTER';

/** The bounds of a booking, seconds. */
export const minBookingSeconds = 5;
export const maxBookingSeconds = 1800;
export const defaultBookingSeconds = 30;

/** The options of a section `resources.<group>` (README.md, Sections and options). */
export interface ResourceGroupOptions {
  readonly _allocation_strategy: AllocationStrategy;
  /** Seconds; undefined when the group leaves it to the default. */
  readonly _booking_expiration_timeout: number | undefined;
  /** The number to hand out when all are locked; empty: none. */
  readonly _backup_resource: string;
  readonly numbers: readonly string[];
}

const accessNumber = 'a phone number: digits, a leading +, and blanks ( ) . / - between';

export const resourceGroupSection = defineSection<ResourceGroupOptions>('resources.', {
  _allocation_strategy: oneOf('RANDOM', ['RANDOM', 'ROUND_ROBIN', 'LOCAL', 'CLUSTER']),
  _booking_expiration_timeout: optional(wholeNumber(0, minBookingSeconds, maxBookingSeconds)),
  _backup_resource: text('', accessNumber, (number) => number === '' || isAccessNumber(number)),
  numbers: list<string>([], text('', accessNumber, isAccessNumber)),
});

/** The options of section `services` (README.md, Sections and options). */
export interface NumberOptions {
  /** Two-letter country in which numbers without a `+` are read; empty: numbers stay digits. */
  readonly default_country: string;
  /** Wrong access codes for one access number within a minute. */
  readonly guess_limit: number;
}

export const numberSection = defineSection<NumberOptions>('services', {
  default_country: text(
    '',
    'a two-letter country code, as US',
    (country) => country === '' || isCountry(country),
  ),
  guess_limit: wholeNumber(10, 1, 1_000_000),
});
