import { canonicalAddress } from './addresses.js';

/** What everything that this server sends out carries as `Via` (RFC 9110, 7.6.3). */
export const ownVia = '1.1 opengms';

const ownViaPattern = /(?:^|[\s,])opengms(?:$|[\s,])/i;

/** Whether a `Via` header says that a server like this one has sent the request. */
export function isOwnVia(via: string): boolean {
  return ownViaPattern.test(via);
}

/**
 * The client that trusted proxies name: the rightmost address of `X-Forwarded-For` that is not
 * itself a trusted proxy, or the leftmost when all are. Whatever stands left of it was written by
 * the client and proves nothing.
 * @returns canonical text; undefined when what stands there is no address
 */
export function forwardedClient(
  header: string,
  isTrustedProxy: (address: string) => boolean,
): string | undefined {
  let client: string | undefined;
  for (const hop of header.split(',').reverse()) {
    client = hopAddress(hop.trim());
    if (client === undefined || !isTrustedProxy(client)) return client;
  }
  return client;
}

/** Some proxies write the port as well: `192.0.2.7:4711`, `[2001:db8::7]:4711`. */
function hopAddress(hop: string): string | undefined {
  const [, v6, v4] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/.exec(hop) ?? [];
  return canonicalAddress(v6 ?? v4 ?? hop);
}
