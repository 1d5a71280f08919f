const slash = 47;
const hyphen = 45;
const letterG = 103;

/** Express reads paths in any case, so their aliases are as well. */
const oldPrefix = /^\/gms-web\/(?:gms\/(1)|(resources))(?=[/?]|$)/i;

/** A proxy may name the whole address in the request line (RFC 9112, absolute-form). */
const absolute = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/**
 * The list of CS operations doubles the prefix of some (docs/compatibility.md, Addresses and
 * bodies): one of the two is taken off.
 */
const doubledPrefix = /^\/genesys\/1\/cs(?=\/genesys\/1\/cs\/)/i;

/** Where the second `genesys` of a doubled prefix begins. */
const secondPrefix = '/genesys/1/cs/'.length;

/**
 * The path that a request means: `/gms-web/gms/1/…` is `/genesys/1/…` and `/gms-web/resources/…` is
 * `/genesys/resources/…` (docs/compatibility.md, Addresses); the query stays. It runs for every
 * request: the common path costs three comparisons.
 */
export function canonicalUrl(url: string): string {
  const path = withoutOldPrefix(url.charCodeAt(0) === slash ? url : originForm(url));
  // Bit 5 of a letter is its case.
  if ((path.charCodeAt(secondPrefix) | 32) !== letterG) return path;
  return path.replace(doubledPrefix, '');
}

/**
 * The host and port that the target itself names, empty when it names none there; else undefined.
 */
export function authorityOf(url: string): string | undefined {
  return url.charCodeAt(0) === slash ? undefined : absolute.exec(url)?.[1];
}

function withoutOldPrefix(path: string): string {
  if (path.charCodeAt(4) !== hyphen) return path;
  return path.replace(oldPrefix, (_, api?: string) =>
    api === undefined ? '/genesys/resources' : '/genesys/1',
  );
}

function originForm(url: string): string {
  const rest = url.replace(absolute, '');
  if (rest === url) return url;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Pages for browsers: the front page, the OpenAPI UI and the test pages. */
const page = /^\/(?:(?:docs|genesys\/resources)(?=[/?]|$)|(?=\?|$))/i;

/** Whether a browser shows what stands under the path, so that it needs headers of a page. */
export function isPage(url: string): boolean {
  return page.test(url);
}
