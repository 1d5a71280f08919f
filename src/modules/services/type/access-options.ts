import {
  type AccessInformation,
  defaultCodeLength,
  maxBookingSeconds,
  maxCodeLength,
  resourceGroupSection,
  minBookingSeconds,
  minCodeLength,
} from '../../access-resources/index.js';
import { maxTtlSeconds } from '../../storage/index.js';
import type { ServiceParameters } from '../domain/service-parameters.js';
import { boolean, optional, text, wholeNumber } from '../../../core/settings/index.js';

/** Options of services that hand out access numbers; undefined: the request decides. */
export interface AccessOptions {
  readonly ttl: number | undefined;
  readonly resource_group: string | undefined;
  readonly provide_code: boolean | undefined;
  readonly access_code_length: number | undefined;
  readonly booking_expiration_timeout: number | undefined;
}

export const accessOptionTypes = {
  ttl: optional(wholeNumber(0, 1, maxTtlSeconds)),
  resource_group: optional(
    text('', `the name of a section ${resourceGroupSection.name}<name>`, (name) => name !== ''),
  ),
  provide_code: optional(boolean(false)),
  access_code_length: optional(wholeNumber(0, minCodeLength, maxCodeLength)),
  booking_expiration_timeout: optional(wholeNumber(0, minBookingSeconds, maxBookingSeconds)),
};

/** The default time to live of these services, seconds. */
export const defaultTtlSeconds = 30;

/**
 * Digits of the code to give; undefined when none is asked for. Options win over parameters.
 * @throws DomainError InvalidParameter
 */
export function codeLengthOf(
  options: AccessOptions,
  parameters: ServiceParameters,
): number | undefined {
  const asked = parameters.boolean('_provide_code');
  const length = parameters.wholeNumber('_access_code_length', minCodeLength, maxCodeLength);
  if (!(options.provide_code ?? asked ?? false)) return undefined;
  return options.access_code_length ?? length ?? defaultCodeLength;
}

/** @throws DomainError MissingParameter when neither the configuration nor the request names one */
export function resourceGroupNameOf(options: AccessOptions, parameters: ServiceParameters): string {
  return options.resource_group ?? parameters.required('_resource_group');
}

/**
 * The answer of request-interaction and request-access (docs/compatibility.md, Access numbers and
 * codes).
 * @param unlockedSeconds what to say of a number that is not locked
 */
export function accessAnswer(
  id: string,
  access: AccessInformation,
  unlockedSeconds: number,
): object {
  return {
    _id: id,
    _access_number: access.accessNumber,
    ...(access.accessCode === undefined ? {} : { _access_code: access.accessCode }),
    _expiration_time: String(access.bookedSeconds ?? unlockedSeconds),
  };
}
