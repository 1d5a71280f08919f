import { WebSocket } from 'ws';
import type { ClientConnection } from '../session/client-connection.js';
import { type EventSocket, type Exchange, readingEndsAt } from '../session/exchange.js';

/** What a client that does not read may leave unread, bytes. */
const maxBufferedBytes = 1024 * 1024;

/** Between two pings at most, milliseconds: proxies forget a connection that says nothing. */
const maxPingIntervalMs = 30_000;

/** One websocket, with all the sessions that speak through it. */
export class SocketConnection implements EventSocket {
  private readonly goneListeners = new Map<string, () => void>();
  private hasPonged = true;
  /** Frames that are not written fully yet, and how much of them there was at the last look. */
  private unwritten = 0;
  private buffered = 0;
  /** Until when the client may still be reading what was written, the process's clock. */
  private readingUntil = 0;
  private pingedAt: number;
  private lastSessionAt: number;

  /** @param now the process's clock, milliseconds */
  constructor(
    private readonly socket: WebSocket,
    private readonly user: string,
    private readonly client: ClientConnection,
    now: number,
  ) {
    this.pingedAt = now;
    this.lastSessionAt = now;
    socket.on('pong', () => (this.hasPonged = true));
    socket.on('close', () => {
      for (const gone of this.goneListeners.values()) gone();
      this.goneListeners.clear();
    });
  }

  /** Whether the other side is there no more, or is being sent away. */
  get isGone(): boolean {
    return this.socket.readyState !== WebSocket.OPEN;
  }

  get isCongested(): boolean {
    return this.socket.bufferedAmount > maxBufferedBytes;
  }

  send(text: string, written: (reached: boolean) => void = () => undefined): void {
    if (this.socket.readyState !== WebSocket.OPEN) {
      written(false);
      return;
    }
    this.unwritten++;
    this.socket.send(text, (error) => {
      this.unwritten--;
      this.readingUntil = readingEndsAt(text.length, performance.now());
      written(!error);
    });
  }

  detachSession(clientId: string): void {
    this.goneListeners.delete(clientId);
  }

  close(code: number): void {
    this.socket.close(code);
  }

  /**
   * Asks from time to time whether the other side is there, and ends the websocket when it is not,
   * or when no session has spoken here for long.
   * @param now the process's clock, milliseconds
   * @param longestSilentMs without a session, milliseconds
   */
  check(now: number, longestSilentMs: number): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (this.goneListeners.size > 0) this.lastSessionAt = now;
    if (now - this.lastSessionAt > longestSilentMs) {
      this.socket.close(1000);
      return;
    }
    if (now - this.pingedAt < Math.min(maxPingIntervalMs, longestSilentMs / 2)) return;
    if (!this.hasPonged && !this.isReading(now)) {
      this.socket.terminate();
      return;
    }
    this.hasPonged = false;
    this.pingedAt = now;
    this.socket.ping();
  }

  /** Whether its answer to a ping may wait for what was sent before: it has read some since. */
  private isReading(now: number): boolean {
    const { buffered } = this;
    this.buffered = this.socket.bufferedAmount;
    if (this.unwritten > 0 && this.buffered !== buffered) return true;
    return now < this.readingUntil;
  }

  /** The way of one frame's answer. */
  createExchange(): Exchange {
    let isAnswered = false;
    const isGone = (): boolean => this.isGone;
    return {
      ...{ user: this.user, socket: this, connection: this.client },
      get isGone() {
        return isGone();
      },
      get isAnswered() {
        return isAnswered;
      },
      answer: (text, written) => {
        isAnswered = true;
        this.send(text, written);
      },
      onGone: (clientId, gone) => {
        if (this.socket.readyState === WebSocket.OPEN) this.goneListeners.set(clientId, gone);
        else gone();
      },
    };
  }
}
