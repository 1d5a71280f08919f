import { WebSocket } from 'ws';
import type { EventSocket, Exchange } from './exchange.js';

/** What a client that does not read may leave unread, bytes. */
const mostBufferedBytes = 1024 * 1024;

/** One websocket, with all the sessions that speak through it. */
export class SocketConnection implements EventSocket {
  private readonly gone = new Map<string, () => void>();

  constructor(
    private readonly socket: WebSocket,
    private readonly user: string,
  ) {
    socket.on('close', () => {
      for (const gone of this.gone.values()) gone();
      this.gone.clear();
    });
  }

  get isCongested(): boolean {
    return this.socket.bufferedAmount > mostBufferedBytes;
  }

  send(text: string, written: (reached: boolean) => void = () => undefined): void {
    if (this.socket.readyState !== WebSocket.OPEN) {
      written(false);
      return;
    }
    this.socket.send(text, (error) => written(!error));
  }

  forget(clientId: string): void {
    this.gone.delete(clientId);
  }

  close(code: number): void {
    this.socket.close(code);
  }

  /** The way of one frame's answer. */
  exchange(): Exchange {
    return {
      user: this.user,
      socket: this,
      answer: (text, written) => this.send(text, written),
      onGone: (clientId, gone) => {
        if (this.socket.readyState === WebSocket.OPEN) this.gone.set(clientId, gone);
        else gone();
      },
    };
  }
}
