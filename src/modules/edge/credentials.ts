import type { IncomingMessage } from 'node:http';

/** How an API key begins, so that it can be told from a user's token at sight. */
export const accessKeyPrefix = 'gms_';

const bearer = /^Bearer +([^ ]+) *$/i;

/** The token of `Authorization: Bearer …`; undefined when there is none. */
export function bearerToken(request: IncomingMessage): string | undefined {
  const header = request.headers.authorization;
  return header === undefined ? undefined : bearer.exec(header)?.[1];
}

const basic = /^Basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;

/** The password of `Authorization: Basic …`; undefined when there is none. */
export function basicPassword(request: IncomingMessage): string | undefined {
  const [, encoded] = basic.exec(request.headers.authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon === -1 ? undefined : pair.slice(colon + 1);
}

/** Whether a bearer token has the form of a JWT (RFC 7519); an API key never has. */
export function isJwtForm(token: string): boolean {
  return /^ey[\w-]*\.[\w-]*\.[\w-]*$/.test(token);
}
