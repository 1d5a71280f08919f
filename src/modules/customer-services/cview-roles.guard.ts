import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AccessPolicy } from '../../core/auth/index.js';
import { Configuration } from '../options/index.js';
import { cviewSection } from './cview-section.js';

/**
 * `cview.use-role` (cs.md): whoever reads needs a key with the role Supervisor, whoever writes one
 * with Administrator, from a trusted network too.
 */
@Injectable()
export class CviewRoles implements CanActivate {
  constructor(
    private readonly configuration: Configuration,
    private readonly policy: AccessPolicy,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (!this.configuration.get(cviewSection)['use-role']) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const admitted = this.policy.requireKey(request, [isRead ? 'Supervisor' : 'Administrator']);
    return admitted === undefined ? true : admitted.then(() => true);
  }
}
