import cors from 'cors';
import type { Request, RequestHandler } from 'express';
import type { EdgeSettings } from './edge-settings.js';

/** Headers that a page may ask for at once; what goes beyond is not granted. */
const maxHeaders = 64;
const headerName = /^[\w!#$%&'*+.^`|~-]{1,100}$/;

/**
 * Lets pages of `security.cors_origins` call the public API (docs/operations/security.md, Pages and
 * browsers); a preflight of theirs is answered 204 and granted the headers that it asks for. Other
 * origins get no CORS header at all. Internal calls from pages of another origin are judged later,
 * by the access policy.
 */
export function crossOrigin(settings: EdgeSettings): RequestHandler {
  return cors<Request>((request, done) => {
    const { origin } = request.headers;
    done(null, {
      origin: origin !== undefined && settings.current.corsOrigins.includes(origin),
      credentials: true,
      allowedHeaders: requestedHeaders(request),
      exposedHeaders: ['X-Request-Id', 'Retry-After'],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      maxAge: 600,
      optionsSuccessStatus: 204,
    });
  });
}

function requestedHeaders(request: Request): string[] {
  const asked = (request.headers['access-control-request-headers'] ?? '').split(',');
  return asked
    .slice(0, maxHeaders)
    .map((name) => name.trim())
    .filter((name) => headerName.test(name));
}
