import type { Request } from 'express';
import { networkOf } from '../../../core/identity/index.js';
import { HandshakeRateLimit } from './handshake-rate-limit.js';

/** Messages of one connection that may wait for their turn; a client sends a handful and waits. */
const maxPendingMessages = 100;

/** Handshakes that one connection may make in a second. */
const maxHandshakesPerSecond = 20;

/**
 * What one connection of a client, of whatever transport, may ask for (docs/compatibility.md,
 * CometD).
 */
export class ClientConnection {
  private readonly handshakes: HandshakeRateLimit | undefined;
  private pendingMessages = 0;

  /**
   * @param address whose handshakes it counts for
   * @param isShared whether requests of many clients come through it, as through that of a trusted
   *   proxy: then the address that it names alone bounds handshakes
   */
  constructor(
    readonly address: string,
    isShared: boolean,
  ) {
    this.handshakes = isShared ? undefined : new HandshakeRateLimit();
  }

  /** Counts messages that have come; false: they are too many, and none is counted. */
  reserveMessages(count: number): boolean {
    if (this.pendingMessages + count > maxPendingMessages) return false;
    this.pendingMessages += count;
    return true;
  }

  /** So many of the messages have been answered, or dropped. */
  releaseMessages(count: number): void {
    this.pendingMessages -= count;
  }

  /** @param now the process's clock, milliseconds */
  allowHandshake(now: number): boolean {
    return this.handshakes?.tryTake(now, maxHandshakesPerSecond) ?? true;
  }
}

/** The connection of a request that the access policy has received. */
export function clientConnectionOf(request: Request): ClientConnection {
  const { sender } = request;
  const address = sender?.address;
  return new ClientConnection(
    address === undefined ? 'unknown' : networkOf(address),
    sender?.viaTrustedProxy === true && request.headers.upgrade === undefined,
  );
}
