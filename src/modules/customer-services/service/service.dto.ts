import { z } from 'zod';
import { invalidParameter, missingParameter } from '../../../core/errors/index.js';
import { requireStorable } from '../../../core/http/body/index.js';
import {
  commonFieldsOf,
  customerName,
  extensionsOf,
  instant,
  isCustomerName,
  type JsonMap,
  scalar,
  seconds,
  startShape,
} from '../item/item-event.dto.js';
import type { NewService, ServiceLifetime, ServiceStart } from './service.repository.js';

/** What the start of a service may say. */
export const serviceSchema = z.object(
  {
    ...startShape,
    customer_id: customerName,
    contact_key: customerName,
    service_type: scalar,
    ttl: seconds,
    expiration_time: instant,
    auto_complete_after: seconds,
  },
  'takes a map',
);

export const lifeSchema = z.object({ ttl: seconds, expiration_time: instant });

export type LifeBody = z.infer<typeof lifeSchema>;

type ServiceBody = z.infer<typeof serviceSchema>;

/**
 * A service to be made.
 * @param path where the body stands in the request's, as `services[0].service.`
 * @throws DomainError MissingParameter when it is nobody's; InvalidParameter
 */
export function newServiceOf(body: JsonMap, service: ServiceBody, path = ''): NewService {
  const { customer_id: customerId, contact_key: contactKey } = service;
  if (customerId === undefined && contactKey === undefined) {
    throw missingParameter(`${path}contact_key`);
  }
  return { ...serviceStartOf(body, service, path), customerId, contactKey };
}

/** @throws DomainError InvalidParameter */
export function serviceStartOf(body: JsonMap, service: ServiceBody, path = ''): ServiceStart {
  return {
    type: service.service_type,
    estDuration: service.est_duration,
    at: service.timestamp,
    fields: commonFieldsOf(service),
    extensions: extensionsOf(body, path),
    ...lifeOf(service),
    autoCompleteAfter: service.auto_complete_after,
  };
}

/**
 * The body of PUT /services/{id}.
 * @throws DomainError MissingParameter without either of them
 */
export function newLifeOf(body: LifeBody): ServiceLifetime {
  if (body.ttl === undefined && body.expiration_time === undefined) throw missingParameter('ttl');
  return { ...lifeOf(body), autoCompleteAfter: undefined };
}

function lifeOf({ ttl, expiration_time }: LifeBody) {
  return { ttl, expirationTime: expiration_time };
}

/**
 * A customer id or contact key in a path.
 * @throws DomainError InvalidParameter, InvalidText
 */
export function requireCustomerName(name: string, text: string): string {
  requireStorable(name, text);
  if (!isCustomerName(text)) throw invalidParameter(name, '1 to 255 characters');
  return text;
}
