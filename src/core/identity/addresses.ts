import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * The one text of an IP address by which it is compared and named: IPv6 shortened and in lower
 * case, IPv4 inside IPv6 as IPv4, no zone. undefined when the text is no address. Only the usual
 * forms count: `127.1` or `0x7f.1` may be a name, and programs disagree about them.
 */
export function canonicalAddress(text: string): string | undefined {
  const bare = text.split('%', 1)[0] ?? '';
  return isIP(bare) === 0 ? undefined : ipaddr.process(bare).toString();
}

/** Whether an address in its canonical text is the machine's own loopback. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/**
 * The network by which the senders of requests are counted: an IPv4 address itself, the /64 of an
 * IPv6 address, within which one subscriber may take any address at will.
 */
export function networkOf(address: string): string {
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) return address;
  return ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString();
}

type Block = [address: ipaddr.IPv4 | ipaddr.IPv6, prefixLength: number];

/** Addresses and CIDR blocks, as `10.0.0.0/8`, `192.0.2.7`, `2001:db8::/32`. */
export class AddressBlocks {
  private readonly blocks: readonly Block[];

  /** @param blocks what is no block is left out: a network that nobody can read is not trusted */
  constructor(blocks: readonly string[]) {
    this.blocks = blocks.map(parseBlock).filter((block) => block !== undefined);
  }

  /** @param address canonical text */
  contains(address: string): boolean {
    const parsed = ipaddr.parse(address);
    return this.blocks.some(
      ([block, prefixLength]) =>
        block.kind() === parsed.kind() && parsed.match(block, prefixLength),
    );
  }
}

/** Whether the text is an address or a CIDR block. */
export function isAddressBlock(text: string): boolean {
  return parseBlock(text) !== undefined;
}

function parseBlock(text: string): Block | undefined {
  const [, address = '', written] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  const prefixLength = written === undefined ? bits : Number(written);
  if (prefixLength > bits) return undefined;
  const parsed = ipaddr.parse(address);
  // Peers that reach an IPv6 socket by IPv4 are compared as IPv4.
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && prefixLength >= 96) {
    return [parsed.toIPv4Address(), prefixLength - 96];
  }
  return [parsed, prefixLength];
}
