/** Whether other addresses can be made by adding a path: http or https, nothing after the path. */
export function isBaseUrl(text: string): boolean {
  return isWebUrl(text) && !/[?#]/.test(text);
}

/** Whether the text is an absolute http or https URL, without a user's name in it. */
export function isWebUrl(text: string): boolean {
  if (!/^https?:\/\/[^/\s@]/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** Apps in a web view have an origin of their own, as `capacitor://localhost`. */
const appOrigin = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(:\d{1,5})?$/;

/** A host that a page can have; URLs take more, as `*.example.com`, which is nobody's name. */
const hostForm = /^(?:[a-z0-9._-]+|\[[0-9a-f:]+\])$/;

/**
 * The origin as a browser sends it in its `Origin` header; undefined for a text that names none.
 * A slash at its end is taken for the address of a site and left out.
 */
export function originOf(text: string): string | undefined {
  const address = text.toLowerCase().replace(/\/$/, '');
  if (!isWebUrl(address))
    return /^https?:/.test(address) || !appOrigin.test(address) ? undefined : address;
  const { origin, hostname, pathname, search, hash } = new URL(address);
  if (!hostForm.test(hostname)) return undefined;
  return pathname === '/' && search === '' && hash === '' ? origin : undefined;
}
