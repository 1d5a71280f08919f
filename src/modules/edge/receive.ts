import type { Request } from 'express';
import type { AccessPolicy } from '../../core/identity/index.js';
import { applyTargetHost } from './request-origin.js';

/**
 * What every request passes first, whichever way it comes in: it counts against its sender's rate
 * before anything of it is judged.
 * @param target as the request line has it
 * @throws DomainError RateLimited, InvalidRequest, InvalidParameter
 */
export function receive(policy: AccessPolicy, request: Request, target: string): void {
  try {
    applyTargetHost(request, target);
  } finally {
    policy.receive(request);
  }
}
