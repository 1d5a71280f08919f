import type { IncomingMessage } from 'node:http';
import { DomainError } from '../errors/index.js';

/**
 * Headers that say who calls, for whom, or whom it calls, by their names in lower case. Of two that
 * say different things Node keeps the first, or joins them: neither is what was meant.
 */
const singleHeaders = new Map(
  ['Host', 'gms_user', 'Authorization', 'X-Api-Key', 'apikey', 'ContactCenterId', 'GroupId'].map(
    (name) => [name.toLowerCase(), name],
  ),
);

const singleHeaderLengths = new Set([...singleHeaders.keys()].map((name) => name.length));

/**
 * Requires of a request that its Host is there once, and each header that says who calls at most
 * once (docs/operations/security.md, Headers that come twice).
 * @throws DomainError InvalidRequest, InvalidParameter
 */
export function requireSingleHeaders({ rawHeaders, headers, httpVersion }: IncomingMessage): void {
  const seen = new Set<string>();
  // Names and values take turns.
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index] ?? '';
    if (!singleHeaderLengths.has(raw.length)) continue;
    const name = raw.toLowerCase();
    if (!singleHeaders.has(name)) continue;
    if (seen.has(name)) throw repeatedHeader(singleHeaders.get(name) ?? name);
    seen.add(name);
  }
  if (headers.host === undefined && httpVersion !== '1.0') {
    throw new DomainError('invalid', 'InvalidRequest', 'Host is mandatory in HTTP/1.1');
  }
}

function repeatedHeader(name: string): DomainError {
  const code = name === 'Host' ? 'InvalidRequest' : 'InvalidParameter';
  return new DomainError('invalid', code, `${name} was sent more than once; send it once`);
}
