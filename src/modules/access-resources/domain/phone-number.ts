import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/min/metadata';

/**
 * The form in which two numbers compare (docs/compatibility.md, match-interaction): E.164 when a
 * default country is set and the number can be one; else its digits and a leading `+`; what has no
 * digits compares as it is.
 * @param defaultCountry two-letter country, or empty
 */
export function toComparableNumber(number: string, defaultCountry: string): string {
  const written = number.trim();
  if (defaultCountry !== '') {
    const parsed = parsePhoneNumberFromString(written, defaultCountry as CountryCode, metadata);
    if (parsed?.isPossible() === true) return parsed.number;
  }
  const digits = written.replace(/\D/g, '');
  if (digits === '') return written;
  return written.startsWith('+') ? `+${digits}` : digits;
}

/** Whether text can be an access number: digits, a leading `+`, the usual signs between. */
export function isAccessNumber(text: string): boolean {
  return /^\+?[\d ()./-]{1,40}$/.test(text) && /\d/.test(text);
}

/** Whether a country can be the default: a two-letter code that has numbers. */
export function isCountry(text: string): boolean {
  return isSupportedCountry(text as CountryCode, metadata);
}
