import type { Role } from '../../../core/identity/index.js';

/** An API key as the policy knows it: never the key itself. */
export interface AccessKey {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The values of ContactCenterId that it is for; null: for all tenants, and for none. */
  readonly tenants: readonly string[] | null;
  /** Null when it never ends. */
  readonly expiresAt: Date | null;
  /** Whether its end has come, by the database's clock. */
  readonly hasExpired?: boolean;
}

/** An API key as its administrators see it. */
export interface ListedAccessKey extends AccessKey {
  readonly createdAt: Date;
  /** True to about a minute; null when it was never used. */
  readonly lastUsedAt: Date | null;
}
