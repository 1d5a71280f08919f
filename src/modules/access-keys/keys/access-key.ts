import type { Role } from '../../../core/auth/index.js';

/** An API key as the policy knows it: never the key itself. */
export interface AccessKey {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

/** An API key as its administrators see it. */
export interface ListedAccessKey extends AccessKey {
  readonly createdAt: Date;
  /** True to about a minute; null when it was never used. */
  readonly lastUsedAt: Date | null;
}
