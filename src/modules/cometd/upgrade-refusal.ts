import type { Duplex } from 'node:stream';
import { DomainError, httpStatusOf } from '../../core/errors/index.js';
import { type LastError, sayLastError } from '../../core/http/last-words.js';

/** Why an upgrade to a websocket is refused (cometd.md, Wire). */
export const refusals = {
  otherPath: () =>
    new DomainError('notFound', 'RouteNotFound', 'websockets are opened at /genesys/cometd alone'),
  foreignPage: () =>
    new DomainError('forbidden', 'Forbidden', 'pages of the Origin may open no websocket here'),
  nobody: () =>
    new DomainError('unauthorized', 'Unauthorized', 'the upgrade names no user as gms_user'),
  tooManySessions: () =>
    new DomainError(
      'unavailable',
      'TooManySessions',
      'this node holds as many sessions as it may',
      {
        retryAfterSeconds: 2,
      },
    ),
  /** @param why as the protocol's library says it */
  noWebSocket: (why: string) =>
    new DomainError('invalid', 'InvalidRequest', `the upgrade to a websocket fails: ${why}`),
};

/** What failed without words for a caller. */
const unavailable: LastError = {
  status: 503,
  exception: 'Unavailable',
  message: 'a websocket cannot be opened now',
};

/** Answers an upgrade in the one error shape and closes its connection. */
export function refuseUpgrade(socket: Duplex, error: unknown, lingerMs: number): void {
  sayLastError(socket, error instanceof DomainError ? lastErrorOf(error) : unavailable, lingerMs);
}

function lastErrorOf({ kind, code, message, parameters }: DomainError): LastError {
  const status = httpStatusOf(kind);
  const { retryAfterSeconds } = parameters;
  const headers = {
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...(status === 400 && { 'Sec-WebSocket-Version': '13, 8' }),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': retryAfterSeconds }),
  };
  return { status, exception: code, message, headers };
}
