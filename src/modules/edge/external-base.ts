import type { Request } from 'express';
import { edgeOf } from './edge-context.js';

const host = /^(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * What absolute links in an answer begin with, without a slash at the end:
 * `server.external_url_base`, or the request's own scheme and host when that is unset
 * (docs/compatibility.md, Addresses).
 */
export function externalBase(request: Request): string {
  const configured = edgeOf(request).settings.current.externalUrlBase;
  return configured === '' ? `${schemeOf(request)}://${hostOf(request)}` : configured;
}

function schemeOf(request: Request): string {
  if (request.sender?.viaTrustedProxy) {
    // Of several proxies the first one saw the client's own scheme.
    const scheme = request.get('x-forwarded-proto')?.split(',', 1)[0]?.trim().toLowerCase();
    if (scheme === 'http' || scheme === 'https') return scheme;
  }
  return 'encrypted' in request.socket ? 'https' : 'http';
}

/**
 * A client without a Host, or with one that makes no link, finds the server where it reached it.
 */
function hostOf(request: Request): string {
  const named = request.headers.host;
  if (named !== undefined && host.test(named)) return named;
  const { localAddress = '127.0.0.1', localPort = 80 } = request.socket;
  const address = localAddress.includes(':') ? `[${localAddress}]` : localAddress;
  return `${address}:${String(localPort)}`;
}
