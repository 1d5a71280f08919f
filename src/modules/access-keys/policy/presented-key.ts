import type { Request } from 'express';
import { invalidParameter } from '../../../core/errors/index.js';
import { unauthorized } from '../access-keys.errors.js';
import { basicPassword, bearerToken, isJwtForm } from '../../edge/index.js';

/** A text that a request shows as its API key. */
export interface PresentedKey {
  readonly text: string;
  readonly asBearer: boolean;
}

/** How a key is sent, in words for who sent none. */
export const howToSendKey =
  'as Authorization: Bearer, as X-Api-Key, as apikey or as the password of HTTP Basic';

/**
 * The key that a request shows: `X-Api-Key`, `apikey`, the password of HTTP Basic under any name, or
 * a bearer token that is not a user's JWT.
 * @throws DomainError InvalidParameter when two of them differ; Unauthorized when `Authorization`
 *   holds neither a key nor a JWT: a key that is sent decides alone, one that is sent wrong as well
 */
export function presentedKey(request: Request): PresentedKey | undefined {
  const { headers } = request;
  const bearer = bearerToken(request);
  const isUsers = bearer !== undefined && isJwtForm(bearer);
  const authorized = isUsers ? undefined : (bearer ?? basicPassword(request));
  const texts = new Set([headers['x-api-key'], headers.apikey, authorized].filter(isText));
  if (!isUsers && isText(headers.authorization) && !isText(authorized)) {
    throw unauthorized(`no API key can be read in Authorization; send one ${howToSendKey}`);
  }
  if (texts.size > 1) throw invalidParameter('the request', 'one API key; this one shows several');
  const [text] = texts;
  return text === undefined ? undefined : { text, asBearer: text === bearer };
}

function isText(header: string | string[] | undefined): header is string {
  return typeof header === 'string' && header !== '';
}
