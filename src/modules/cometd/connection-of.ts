import type { Request } from 'express';
import { networkOf } from '../../core/auth/index.js';
import { ClientConnection } from './client-connection.js';

/** The connection of a request that the access policy has received. */
export function connectionOf(request: Request): ClientConnection {
  const { sender } = request;
  const address = sender?.address;
  return new ClientConnection(
    address === undefined ? 'unknown' : networkOf(address),
    sender?.viaTrustedProxy === true && request.headers.upgrade === undefined,
  );
}
