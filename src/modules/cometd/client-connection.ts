import { HandshakeRate } from './handshake-rate.js';

/** Messages of one connection that may wait for their turn; a client sends a handful and waits. */
const mostWaiting = 100;

/** Handshakes that one connection may make in a second. */
const mostHandshakes = 20;

/** What one connection of a client, of whatever transport, may ask for (cometd.md). */
export class ClientConnection {
  private readonly handshakes: HandshakeRate | undefined;
  private waiting = 0;

  /**
   * @param address whose handshakes it counts for
   * @param isShared whether requests of many clients come through it, as through that of a trusted
   *   proxy: then the address that it names alone bounds handshakes
   */
  constructor(
    readonly address: string,
    isShared: boolean,
  ) {
    this.handshakes = isShared ? undefined : new HandshakeRate();
  }

  /** Counts messages that have come; false: they are too many, and none is counted. */
  takeMessages(count: number): boolean {
    if (this.waiting + count > mostWaiting) return false;
    this.waiting += count;
    return true;
  }

  /** So many of the messages have been answered, or dropped. */
  messagesDone(count: number): void {
    this.waiting -= count;
  }

  /** @param now the process's clock, milliseconds */
  takeHandshake(now: number): boolean {
    return this.handshakes?.take(now, mostHandshakes) ?? true;
  }
}
