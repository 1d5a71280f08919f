import type { Request } from 'express';
import { edgeOf } from './edge.js';

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
