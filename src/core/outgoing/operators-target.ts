import { ForbiddenTarget } from './call-result.js';
import { whyForbiddenAddressToAll, whyForbiddenToAll } from './forbidden-targets.js';
import { HostLookup, lookupWith } from './host-lookup.js';

/** The look-up for connections to hosts that the operator named, made by other means than HTTP/1. */
export const operatorsLookup = lookupWith(new HostLookup(), whyForbiddenAddressToAll);

/** @throws ForbiddenTarget for a URL that not even an operator may have called */
export function requireOperatorsTarget(url: string): void {
  const why = whyForbiddenToAll(url);
  if (why !== undefined) throw new ForbiddenTarget(`the target ${why}`);
}
