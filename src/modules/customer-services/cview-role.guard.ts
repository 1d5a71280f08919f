import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AccessPolicy, declaredAccess, type Role } from '../../core/identity/index.js';
import { cviewSection } from './cview.section.js';
import { Configuration } from '../../core/settings/index.js';

/**
 * `cview.use-role` (docs/compatibility.md, Tenants and roles): whoever reads needs a key with the
 * role Supervisor, whoever writes one with Administrator, from a trusted network too. Exports are
 * for a Supervisor, as without it.
 */
@Injectable()
export class CviewRoleGuard implements CanActivate {
  constructor(
    private readonly configuration: Configuration,
    private readonly policy: AccessPolicy,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (!this.configuration.get(cviewSection)['use-role']) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const admitted = this.policy.requireKey(request, this.requiredRoles(request, context));
    return admitted === undefined ? true : admitted.then(() => true);
  }

  /** Maintenance says itself which of the two it takes. */
  private requiredRoles({ method }: Request, context: ExecutionContext): readonly Role[] {
    const { roles } = declaredAccess(context.getHandler(), context.getClass());
    if (!roles.includes('Integration')) return roles;
    return [method === 'GET' || method === 'HEAD' ? 'Supervisor' : 'Administrator'];
  }
}
