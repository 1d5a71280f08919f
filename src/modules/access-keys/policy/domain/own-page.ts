import { canonicalAddress } from '../../../../core/identity/index.js';

/** The headers of a request by which a browser tells whose page sent it. */
export interface PageHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly referer?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

/** By what names the server goes. */
export interface OwnNames {
  /** Host names in lower case, without a port. */
  readonly hosts: ReadonlySet<string>;
  /** Origins in their serialized form, beside the one that a request itself was sent to. */
  readonly origins: ReadonlySet<string>;
}

/** By what an internal call would be allowed. */
export interface CallGrounds {
  /** Origins whose pages may make the call all the same. */
  readonly origins: readonly string[];
  /** Whether its network alone allows it: then no page but our own may be where it comes from. */
  readonly byNetwork: boolean;
}

/**
 * Why a browser's page must not have sent this request; undefined when nothing speaks against it.
 * A page of another origin cannot post here, and a name that somebody else points at this server
 * (DNS rebinding) opens nothing (docs/operations/security.md, The internal rule).
 */
export function foreignPageReason(
  headers: PageHeaders,
  own: OwnNames,
  { origins, byNetwork }: CallGrounds = { origins: [], byNetwork: false },
): string | undefined {
  const { host = '', origin } = headers;
  if (host !== '' && !isOwnHost(host, own.hosts)) {
    return `the Host ${quoteHeader(host)} is neither this server's nor an address`;
  }
  if (origin !== undefined && origins.includes(origin)) return undefined;
  if (origin !== undefined && !isOwnOrigin(origin, own, host)) {
    return `pages of the origin ${quoteHeader(origin)} may not make internal calls`;
  }
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || (byNetwork && site === 'same-site')) {
    return 'pages of another site may not make internal calls';
  }
  return byNetwork ? foreignRefererReason(headers.referer, own, host) : undefined;
}

/** A picture or a link of a page sends no Origin, but names the page. */
function foreignRefererReason(referer = '', own: OwnNames, host: string): string | undefined {
  if (referer === '') return undefined;
  const origin = URL.canParse(referer) ? new URL(referer).origin : 'null';
  if (isOwnOrigin(origin, own, host)) return undefined;
  return `pages of the Referer ${quoteHeader(referer)} may not make internal calls without a key`;
}

function isOwnOrigin(origin: string, own: OwnNames, host: string): boolean {
  return own.origins.has(origin) || isOriginOfHost(origin, host);
}

const hostParts = /^(?:\[([^\]]+)\]|([^:[\]/?#@\\ ]+))(?::\d{1,5})?$/;

/** Only the usual forms of an address count: `0x7f.1` is what a name server may say it is. */
function isOwnHost(host: string, own: ReadonlySet<string>): boolean {
  const [, v6, name = ''] = hostParts.exec(host) ?? [];
  if (v6 !== undefined) return v6.includes(':') && canonicalAddress(v6) !== undefined;
  const bare = name.toLowerCase().replace(/\.$/, '');
  return own.has(bare) || (!bare.includes(':') && canonicalAddress(bare) !== undefined);
}

/** Where TLS ends at a proxy, the scheme of the page is not the one seen here: hosts decide. */
function isOriginOfHost(origin: string, host: string): boolean {
  if (host === '' || !/^https?:\/\/[^/?#]+$/i.test(origin) || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  const target = `${page.protocol}//${host}`;
  return page.origin !== 'null' && URL.canParse(target) && new URL(target).host === page.host;
}

function quoteHeader(header: string): string {
  return JSON.stringify(header.slice(0, 100));
}
