import { DomainError, invalidBody, invalidRequest } from '../../../core/errors/index.js';

/** A connection that has more messages waiting than it may. */
export const tooManyMessages = invalidBody('a connection may have at most 100 messages waiting');

/** Why an upgrade to a websocket is refused (docs/compatibility.md, Addresses and transports). */
export const refusals = {
  otherPath: () =>
    new DomainError('notFound', 'RouteNotFound', 'websockets are opened at /genesys/cometd alone'),
  foreignPage: () =>
    new DomainError('forbidden', 'Forbidden', 'pages of the Origin may open no websocket here'),
  nobody: () =>
    new DomainError('unauthorized', 'Unauthorized', 'the upgrade names no user as gms_user'),
  tooManySessions: () =>
    unavailable('TooManySessions', 'this node holds as many sessions as it may'),
  stopping: () => unavailable('Stopping', 'this node is being stopped'),
  /** @param why as the protocol's library says it */
  noWebSocket: (why: string) => invalidRequest(`the upgrade to a websocket fails: ${why}`),
};

function unavailable(code: string, message: string): DomainError {
  return new DomainError('unavailable', code, message, { retryAfterSeconds: 2 });
}

/** Why a websocket is closed for one of its frames, and the code that tells its client. */
export interface FrameRefusal {
  readonly error: unknown;
  readonly closeCode: number;
}

export const frameRefusals = {
  binary: { error: invalidBody('the frame is binary; send text'), closeCode: 1003 },
  noMessages: { error: invalidBody('the frame is no JSON of Bayeux messages'), closeCode: 1007 },
  tooManyMessages: { error: tooManyMessages, closeCode: 1008 },
} as const satisfies Record<string, FrameRefusal>;
