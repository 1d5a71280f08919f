import { lookup } from 'node:dns/promises';
import { Injectable } from '@nestjs/common';

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
