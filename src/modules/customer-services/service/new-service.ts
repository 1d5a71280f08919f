import { invalidParameter, missingParameter } from '../../../core/errors/index.js';
import { requireStorable } from '../../../core/http/body/index.js';
import { commonFieldsOf, extensionsOf } from '../item/item-event.js';
import type { ServiceBody, ServiceLifeBody } from './service.dto.js';
import type { NewService, ServiceLifetime, ServiceStart } from './service.repository.js';

/**
 * A service to be made.
 * @param path where the body stands in the request's, as `services[0].service.`
 * @param written what of the body the caller may write
 * @throws DomainError MissingParameter when it is nobody's; InvalidParameter
 */
export function newServiceOf(
  service: ServiceBody,
  path = '',
  written = service.written,
): NewService {
  const { customer_id: customerId, contact_key: contactKey } = service;
  if (customerId === undefined && contactKey === undefined) {
    throw missingParameter(`${path}contact_key`);
  }
  return { ...serviceStartOf(service, path, written), customerId, contactKey };
}

/** @throws DomainError InvalidParameter */
export function serviceStartOf(
  service: ServiceBody,
  path = '',
  written = service.written,
): ServiceStart {
  return {
    type: service.service_type,
    estDuration: service.est_duration,
    at: service.timestamp,
    fields: commonFieldsOf(service),
    extensions: extensionsOf(written, path),
    ...lifeOf(service),
    autoCompleteAfter: service.auto_complete_after,
  };
}

/**
 * The body of PUT /services/{id}.
 * @throws DomainError MissingParameter without either of them
 */
export function newLifeOf(body: ServiceLifeBody): ServiceLifetime {
  if (body.ttl === undefined && body.expiration_time === undefined) throw missingParameter('ttl');
  return { ...lifeOf(body), autoCompleteAfter: undefined };
}

function lifeOf({ ttl, expiration_time }: ServiceLifeBody) {
  return { ttl, expirationTime: expiration_time };
}

/**
 * A customer id or contact key in a path.
 * @throws DomainError InvalidParameter, InvalidText
 */
export function requireCustomerName(name: string, text: string): string {
  requireStorable(name, text);
  if (text === '' || text.length > 255) throw invalidParameter(name, '1 to 255 characters');
  return text;
}
