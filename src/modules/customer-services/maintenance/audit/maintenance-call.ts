import type { TenantName } from '../../tenant.js';

/** Who called, for whom. */
export interface MaintenanceCaller {
  readonly tenant: TenantName;
  /** As the access policy names a caller, `key:<name>` or `address:<ip>`. */
  readonly who: string;
}

/** A call that the audit keeps. */
export interface MaintenanceCall extends MaintenanceCaller {
  readonly operation: 'stream' | 'files' | 'purge';
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * How a call ended. *aborted*: the client went away from a stream, or the node stopped. A call of
 * which nothing is known is under way, or its node died.
 */
export type Outcome = 'completed' | 'failed' | 'aborted';
