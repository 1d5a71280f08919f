import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { Injectable } from '@nestjs/common';
import { ForbiddenTarget } from './call-result.js';
import { forbiddenAddressToAllReason, forbiddenToAllReason } from './forbidden-targets.js';

export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** Port: what a host's name leads to. */
@Injectable()
export class HostResolver {
  /** All addresses of a name, in the system's order. @throws Error as node:dns does */
  resolve(name: string): Promise<HostAddress[]> {
    return lookup(name, { all: true });
  }
}

/**
 * A look-up for connections. A name is refused when any of its addresses is: which one is connected
 * to is not ours to say.
 * @param whyForbidden why an address must not be called, if so
 */
export function createLookup(
  hosts: HostResolver,
  whyForbidden: (address: string) => string | undefined,
): LookupFunction {
  return (name, { all }, done) => {
    hosts.resolve(name).then(
      (addresses) => {
        const [first] = addresses;
        const why = addresses.map(({ address }) => whyForbidden(address)).find((one) => one);
        if (first === undefined || why !== undefined) {
          done(new ForbiddenTarget(`the name ${name} ${why ?? 'leads to no address'}`), '');
        } else if (all === true) done(null, [...addresses]);
        else done(null, first.address, first.family);
      },
      (error: unknown) => {
        done(error instanceof Error ? error : new Error(String(error)), '');
      },
    );
  };
}

/** The look-up for connections to hosts that the operator named, made by other means than HTTP/1. */
export const trustedLookup = createLookup(new HostResolver(), forbiddenAddressToAllReason);

/** @throws ForbiddenTarget for a URL that not even an operator may have called */
export function requireTrustedTarget(url: string): void {
  const why = forbiddenToAllReason(url);
  if (why !== undefined) throw new ForbiddenTarget(`the target ${why}`);
}
