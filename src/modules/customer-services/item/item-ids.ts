import type { DomainError } from '../../../core/errors/index.js';
import { uuidOfServiceId } from '../domain/service-id.js';
import { serviceNotFound } from '../customer-services.errors.js';

/** The uuid of a service id in a path. @throws DomainError ServiceNotFound */
export function requireServiceUuid(id: string): string {
  const uuid = uuidOfServiceId(id);
  if (uuid === undefined) throw serviceNotFound(id);
  return uuid;
}

/**
 * The id of a state or task in a path.
 * @param notFound what to throw for a text that can be none
 */
export function requireItemId(text: string, notFound: (id: string) => DomainError): number {
  const id = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(id)) throw notFound(text);
  return id;
}
