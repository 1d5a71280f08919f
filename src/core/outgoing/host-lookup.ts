import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { Injectable } from '@nestjs/common';
import { ForbiddenTarget } from './call-result.js';

export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** Port: what a host's name leads to. */
@Injectable()
export class HostLookup {
  /** All addresses of a name, in the system's order. @throws Error as node:dns does */
  addressesOf(name: string): Promise<HostAddress[]> {
    return lookup(name, { all: true });
  }
}

/**
 * A look-up for connections. A name is refused when any of its addresses is: which one is connected
 * to is not ours to say.
 * @param whyForbidden why an address must not be called, if so
 */
export function lookupWith(
  hosts: HostLookup,
  whyForbidden: (address: string) => string | undefined,
): LookupFunction {
  return (name, { all }, done) => {
    hosts.addressesOf(name).then(
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
