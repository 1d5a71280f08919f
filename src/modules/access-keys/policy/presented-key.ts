import type { Request } from 'express';
import { invalidParameter } from '../../../core/errors/index.js';
import { basicPassword, bearerToken, isJwtForm } from '../../edge/index.js';

/** A text that a request shows as its API key. */
export interface PresentedKey {
  readonly text: string;
  readonly asBearer: boolean;
}

/** How a key is sent, in words for who sent none. */
export const waysOfKeys =
  'as Authorization: Bearer, as X-Api-Key, as apikey or as the password of HTTP Basic';

/**
 * The key that a request shows: `X-Api-Key`, `apikey`, the password of HTTP Basic under any name, or
 * a bearer token that is not a user's JWT.
 * @throws DomainError InvalidParameter when two of them differ
 */
export function presentedKey(request: Request): PresentedKey | undefined {
  const { headers } = request;
  const bearer = keyAsBearer(request);
  const shown = [headers['x-api-key'], headers.apikey, bearer ?? basicPassword(request)];
  const texts = new Set(shown.filter((text) => text !== undefined && text !== ''));
  const [text] = texts;
  if (typeof text !== 'string') return undefined;
  if (texts.size > 1) throw invalidParameter('the request', 'one API key; this one shows several');
  return { text, asBearer: text === bearer };
}

function keyAsBearer(request: Request): string | undefined {
  const token = bearerToken(request);
  return token === undefined || isJwtForm(token) ? undefined : token;
}
