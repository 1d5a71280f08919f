import type { ItemStart } from '../items/event-fields.js';

/** How long a service is kept and left open, as far as a caller says so. */
export interface ServiceLife {
  /** Seconds from now; wins over `expirationTime`. */
  readonly ttl: number | undefined;
  readonly expirationTime: Date | undefined;
  /** Seconds after the last write. */
  readonly autoCompleteAfter: number | undefined;
}

/** The start event of a service. */
export interface ServiceStart extends ItemStart, ServiceLife {}

/** A service to be made; one of the two names is there. */
export interface NewService extends ServiceStart {
  readonly customerId: string | undefined;
  readonly contactKey: string | undefined;
}
