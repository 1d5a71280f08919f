import { WebSocket } from 'ws';
import type { ClientConnection } from './client-connection.js';
import type { EventSocket, Exchange } from './exchange.js';
import { readsUntil } from './reading-time.js';

/** What a client that does not read may leave unread, bytes. */
const mostBufferedBytes = 1024 * 1024;

/** Between two pings at most, milliseconds: proxies forget a connection that says nothing. */
const longestBetweenPingsMs = 30_000;

/** One websocket, with all the sessions that speak through it. */
export class SocketConnection implements EventSocket {
  private readonly gone = new Map<string, () => void>();
  private hasAnswered = true;
  /** Frames that are not written fully yet, and how much of them there was at the last look. */
  private unwritten = 0;
  private buffered = 0;
  /** Until when the client may still be reading what was written, the process's clock. */
  private readsUntil = 0;
  private askedAt: number;
  private sessionAt: number;

  /** @param now the process's clock, milliseconds */
  constructor(
    private readonly socket: WebSocket,
    private readonly user: string,
    private readonly client: ClientConnection,
    now: number,
  ) {
    this.askedAt = now;
    this.sessionAt = now;
    socket.on('pong', () => (this.hasAnswered = true));
    socket.on('close', () => {
      for (const gone of this.gone.values()) gone();
      this.gone.clear();
    });
  }

  /** Whether the other side is there no more, or is being sent away. */
  get isGone(): boolean {
    return this.socket.readyState !== WebSocket.OPEN;
  }

  get isCongested(): boolean {
    return this.socket.bufferedAmount > mostBufferedBytes;
  }

  send(text: string, written: (reached: boolean) => void = () => undefined): void {
    if (this.socket.readyState !== WebSocket.OPEN) {
      written(false);
      return;
    }
    this.unwritten++;
    this.socket.send(text, (error) => {
      this.unwritten--;
      this.readsUntil = readsUntil(text.length, performance.now());
      written(!error);
    });
  }

  forget(clientId: string): void {
    this.gone.delete(clientId);
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
    if (this.gone.size > 0) this.sessionAt = now;
    if (now - this.sessionAt > longestSilentMs) {
      this.socket.close(1000);
      return;
    }
    if (now - this.askedAt < Math.min(longestBetweenPingsMs, longestSilentMs / 2)) return;
    if (!this.hasAnswered && !this.isReading(now)) {
      this.socket.terminate();
      return;
    }
    this.hasAnswered = false;
    this.askedAt = now;
    this.socket.ping();
  }

  /** Whether its answer to a ping may wait for what was sent before: it has read some since. */
  private isReading(now: number): boolean {
    const { buffered } = this;
    this.buffered = this.socket.bufferedAmount;
    if (this.unwritten > 0 && this.buffered !== buffered) return true;
    return now < this.readsUntil;
  }

  /** The way of one frame's answer. */
  exchange(): Exchange {
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
        if (this.socket.readyState === WebSocket.OPEN) this.gone.set(clientId, gone);
        else gone();
      },
    };
  }
}
