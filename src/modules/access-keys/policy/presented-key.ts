import type { Request } from 'express';
import { bearerToken, isJwtForm } from '../../edge/index.js';

/** A text that a request shows as its API key. */
export interface PresentedKey {
  readonly text: string;
  readonly asBearer: boolean;
}

/** The key that a request shows: `X-Api-Key`, or else a bearer token that is not a user's JWT. */
export function presentedKey(request: Request): PresentedKey | undefined {
  const header = request.headers['x-api-key'];
  if (typeof header === 'string' && header !== '') return { text: header, asBearer: false };
  const token = bearerToken(request);
  return token === undefined || isJwtForm(token) ? undefined : { text: token, asBearer: true };
}
