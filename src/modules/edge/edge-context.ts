import type { Request } from 'express';
import type { BodyLimits, BodyMemory } from '../../core/http/body/index.js';
import type { EdgeSettings } from './edge-settings.js';
import type { UserTokenVerifier } from './user-token-verifier.js';

/** What the edge needs at every request; parameter decorators have no dependency injection. */
export interface Edge {
  readonly settings: EdgeSettings;
  readonly tokens: UserTokenVerifier;
  readonly bodies: BodyMemory;
}

/** The Express setting under which `EdgeMount` leaves the application's edge. */
export const edgeKey = 'gms edge';

/** @throws Error in an application without `EdgeMount` */
export function edgeOf(request: Request): Edge {
  const edge = request.app.get(edgeKey) as Edge | undefined;
  if (edge === undefined) throw new Error('EdgeMount was not mounted on this application');
  return edge;
}

/** How much the body of a request may hold, by the configuration in force. */
export function bodyBoundsOf(request: Request): BodyLimits {
  const { settings, bodies } = edgeOf(request);
  const { maxBodySizeBytes, maxTextSizeBytes } = settings.current;
  return {
    maxBytes: maxBodySizeBytes,
    maxTextBytes: maxTextSizeBytes,
    costPerByte: 1,
    memory: bodies,
  };
}
