import type { Request } from 'express';
import { externalBase } from '../edge/index.js';
import type { ServiceLinkTo } from './service-type.js';

/** Absolute links to binary keys, under the address at which the caller reaches this server. */
export function createServiceLinks(request: Request): ServiceLinkTo {
  return (serviceId, key) =>
    `${externalBase(request)}/genesys/1/service/${serviceId}/storage/binary/${encodeURIComponent(key)}`;
}
