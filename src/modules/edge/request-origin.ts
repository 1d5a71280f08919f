import type { Request } from 'express';
import { invalidRequest } from '../../core/errors/index.js';
import { authorityOf } from './domain/path-aliases.js';
import { edgeOf } from './edge-context.js';

/**
 * Whether a page of the request's `Origin` may open a websocket here: one of this very host, or of
 * `security.cors_origins`. Browsers let any page open one, so that nothing else stops a foreign one.
 */
export function isAllowedOrigin(request: Request): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (edgeOf(request).settings.current.corsOrigins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/**
 * The host of a target in absolute form stands for the header's (RFC 9112, 3.2.2), wherever the
 * request's host is asked for.
 * @param target as the request line has it
 * @throws DomainError InvalidRequest
 */
export function applyTargetHost(request: Request, target: string): void {
  const authority = authorityOf(target);
  if (authority === undefined) return;
  request.headers.host = authority;
  if (authority === '') throw invalidRequest('the address of the request names no host');
}
