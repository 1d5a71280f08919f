import cors from 'cors';
import type { RequestHandler } from 'express';
import type { EdgeSettings } from './edge-settings.js';

/**
 * Lets pages of `security.cors_origins` call the public API (operations.md, CORS); a preflight of
 * theirs is answered 204. Other origins get no CORS header at all. Internal calls from pages of
 * another origin are refused later, by the access policy, listed or not.
 */
export function crossOrigin(settings: EdgeSettings): RequestHandler {
  return cors({
    origin: (origin, allow) => {
      allow(null, origin !== undefined && settings.current.corsOrigins.includes(origin));
    },
    credentials: true,
    allowedHeaders: ['Content-Type', 'gms_user', 'Authorization', 'X-Api-Key', 'X-Request-Id'],
    exposedHeaders: ['X-Request-Id', 'Retry-After'],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    maxAge: 600,
    optionsSuccessStatus: 204,
  });
}
