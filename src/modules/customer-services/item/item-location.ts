import type { Request } from 'express';
import { externalBase } from '../../edge/index.js';

/** The absolute address of a service, or of what `rest` names in it. */
export function locationOf(
  request: Request,
  serviceId: string,
  ...rest: (string | number)[]
): string {
  return [`${externalBase(request)}/genesys/1/cs/services`, serviceId, ...rest].join('/');
}
