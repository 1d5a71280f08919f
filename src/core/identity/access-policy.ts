import type { Request } from 'express';
import type { Access, Role } from './access.decorators.js';
import type { Arrival } from './sender.js';

/** Who sent a request, as far as it is known. */
export interface Caller {
  /** How audit and logs name the caller: `key:<name>` or `address:<ip>`. */
  readonly name: string;
  /** Who it is, whatever else comes to have the name: by its key's id, or its address. */
  readonly id: string;
  /** The end of its key; null when it has none. */
  readonly expiresAt: Date | null;
}

/** Port: decides whether a caller may make a call. The access-keys module has the rules. */
export abstract class AccessPolicy {
  /**
   * What every request passes before it means anything, once: it counts against its sender's rate,
   * and says but once who calls.
   * @throws DomainError RateLimited, InvalidRequest, InvalidParameter
   */
  abstract receive(request: Request): void;

  /**
   * Counts more calls that a request holds, as the messages of a batch, or what is no request at
   * all, against the rates of its sender's address and key.
   * @throws DomainError RateLimited
   */
  abstract countCalls(arrival: Arrival, calls: number): void;

  /**
   * Admits the request, or throws.
   * @throws DomainError Unauthorized, Forbidden, RateLimited
   */
  abstract admit(request: Request, access: Access): void | Promise<void>;

  /**
   * Requires a key with one of the roles, of a request that was admitted, wherever it comes from.
   * @throws DomainError Unauthorized, Forbidden, RateLimited
   */
  abstract requireKey(request: Request, roles: readonly Role[]): void | Promise<void>;

  /** The caller, as far as it is known by now. */
  abstract callerOf(arrival: Arrival): Caller;
}
