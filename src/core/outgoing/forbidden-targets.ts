import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type AddressBlocks, canonicalAddress } from '../identity/index.js';

/** The longest URL that is called, characters. */
export const maxUrlLength = 2048;

/** The longest name of a host in its ASCII form, characters; DNS has room for no longer one. */
const maxHostLength = 255;

/**
 * Ports of services that a forged request could harm: remote shells, mail, directories, databases,
 * caches, and what administers machines. HTTP is not spoken there.
 */
const forbiddenPorts = new Set([
  ...[0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101],
  ...[102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389],
  ...[427, 445, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601],
  ...[636, 873, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 3306, 3389],
  ...[3659, 4045, 4190, 5060, 5061, 5432, 5984, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669],
  ...[6679, 6697, 9042, 9200, 9300, 10080, 11211, 27017],
]);

/**
 * Why a URL must not be called, as far as its text says; undefined when it may be. Names are looked
 * up when the call is made: what they lead to is checked then (`forbiddenAddressReason`).
 */
export function forbiddenReason(text: string, allowed: AddressBlocks): string | undefined {
  if (text.length > maxUrlLength) return `is longer than ${String(maxUrlLength)} characters`;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return 'is no http or https URL';
  const url = new URL(text);
  if (url.hostname.length > maxHostLength) {
    return `has a host of more than ${String(maxHostLength)} characters in ASCII form`;
  }
  if (url.username !== '' || url.password !== '') return 'has a user name or password in it';
  if (url.port !== '' && forbiddenPorts.has(Number(url.port))) return 'has a forbidden port';
  const address = literalAddress(url);
  if (address === undefined) return undefined;
  return forbiddenAddressReason(address, allowed);
}

/** Why not even an operator may name a URL to be called; undefined when that is no matter. */
export function forbiddenToAllReason(text: string): string | undefined {
  const address = URL.canParse(text) ? literalAddress(new URL(text)) : undefined;
  return address === undefined ? undefined : forbiddenAddressToAllReason(address);
}

/**
 * Why an address must not be called: it is not a public one and not allowed by the configuration
 * either. Of IPv6 only the global unicast block is public; addresses that carry an IPv4 address in
 * them are not.
 */
export function forbiddenAddressReason(text: string, allowed: AddressBlocks): string | undefined {
  const address = canonicalAddress(text);
  if (address !== undefined && (isPublic(address) || allowed.contains(address))) return undefined;
  return 'leads to a forbidden address, which security.allowed_callback_networks does not list';
}

/** Why nobody may have an address called: link-local ones are for the machine's own keepers. */
export function forbiddenAddressToAllReason(text: string): string | undefined {
  const address = canonicalAddress(text);
  if (address !== undefined && ipaddr.parse(address).range() !== 'linkLocal') return undefined;
  return 'leads to a link-local address, which is never called';
}

/** The address that a URL names in whatever spelling: the URL parser has made it plain. */
function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : bare;
}

function isPublic(canonical: string): boolean {
  const address = ipaddr.parse(canonical);
  if (address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv4) return true;
  const [first = 0] = address.parts;
  return first >= 0x2000 && first <= 0x3fff;
}
