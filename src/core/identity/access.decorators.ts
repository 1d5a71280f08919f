import { SetMetadata } from '@nestjs/common';

/**
 * Who may call a route (docs/operations/security.md, Two kinds of calls). *public*: customers'
 * apps. *internal*: the trusted network, or a key with one of the roles.
 */
export type AccessClass = 'public' | 'internal';

/** What an API key or an operator's account is good for. */
export const roles = ['Administrator', 'Supervisor', 'Integration'] as const;
export type Role = (typeof roles)[number];

export interface Access {
  readonly class: AccessClass;
  /** The roles of which a caller with a key needs one; empty: any key will do. */
  readonly roles: readonly Role[];
  /** Whether a public route stays open when public calls need a key, as for load balancers. */
  readonly alwaysOpen?: boolean;
  /**
   * Whether a route works on what all tenants share, where a key of some tenants may do nothing.
   */
  readonly ofAllTenants?: boolean;
}

export const accessMetadata = 'gms:access';

/** Declares routes that anybody may call. */
export const Public = (): ClassDecorator & MethodDecorator =>
  SetMetadata(accessMetadata, { class: 'public', roles: [] } satisfies Access);

/** Declares routes that anybody may call even when `security.public_api_key` asks for a key. */
export const AlwaysOpen = (): ClassDecorator & MethodDecorator =>
  SetMetadata(accessMetadata, { class: 'public', roles: [], alwaysOpen: true } satisfies Access);

/** Declares internal routes that work on what all tenants share: configuration, keys, nodes. */
export const Administration = (...needed: Role[]): ClassDecorator & MethodDecorator =>
  SetMetadata(accessMetadata, {
    ...{ class: 'internal', roles: needed, ofAllTenants: true },
  } satisfies Access);

/** Declares routes for the inside; a caller that comes with a key needs one of `needed`. */
export const Internal = (...needed: Role[]): ClassDecorator & MethodDecorator =>
  SetMetadata(accessMetadata, { class: 'internal', roles: needed } satisfies Access);
