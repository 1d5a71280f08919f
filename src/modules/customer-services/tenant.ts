import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { tenantPart } from '../edge/index.js';

/**
 * The tenant that a request works for: the headers `ContactCenterId` and `GroupId` together, each
 * of which may be absent (docs/compatibility.md, Tenants and roles). Empty: neither was sent.
 */
export type TenantName = string;

const maxTenantLength = 100;

/** `@Tenant() tenant: TenantName`. @throws DomainError InvalidParameter */
export const Tenant: () => ParameterDecorator = createParamDecorator(
  (_: unknown, context: ExecutionContext) => tenantOf(context.switchToHttp().getRequest()),
);

function tenantOf(request: Request): TenantName {
  const parts = (['ContactCenterId', 'GroupId'] as const).map(
    (name) => tenantPart(request, name) ?? null,
  );
  return parts.every((part) => part === null) ? '' : shortenTenant(JSON.stringify(parts));
}

/**
 * Indexes begin with it, and what they hold of one row is limited: long names stand as their hash.
 */
function shortenTenant(tenant: string): TenantName {
  if (tenant.length <= maxTenantLength) return tenant;
  return createHash('sha256').update(tenant).digest('base64url');
}
