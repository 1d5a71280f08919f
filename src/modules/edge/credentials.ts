import type { IncomingMessage } from 'node:http';

/** How an API key begins, so that it can be told from a user's token at sight. */
export const accessKeyPrefix = 'gms_';

const bearer = /^Bearer +([^ ]+) *$/i;

/** The token of `Authorization: Bearer …`; undefined when there is none. */
export function bearerToken(request: IncomingMessage): string | undefined {
  const header = request.headers.authorization;
  return header === undefined ? undefined : bearer.exec(header)?.[1];
}

/** Whether a bearer token has the form of a JWT (RFC 7519); an API key never has. */
export function isJwtForm(token: string): boolean {
  return /^ey[\w-]*\.[\w-]*\.[\w-]*$/.test(token);
}
