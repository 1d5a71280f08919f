import type { ServerResponse } from 'node:http';
import { closeWhenStalled } from '../../../core/http/stalled-answer.js';
import type { ClientConnection } from '../session/client-connection.js';
import type { Exchange } from '../session/exchange.js';
import { jsonpText } from '../protocol/jsonp.js';

/** A long poll, or with a callback's name a script (callback-polling). */
export class HttpExchange implements Exchange {
  readonly socket = undefined;
  private gone: (() => void) | undefined;
  private written: ((reached: boolean) => void) | undefined;
  isAnswered = false;

  constructor(
    readonly user: string | undefined,
    private readonly response: ServerResponse,
    private readonly callback: string | undefined,
    readonly connection: ClientConnection,
  ) {
    // Comes after the answer was written, and also when the client went away before.
    response.on('close', () => this.handleClose());
  }

  get isGone(): boolean {
    return this.response.destroyed;
  }

  onGone(_clientId: string, gone: () => void): void {
    if (this.response.destroyed) gone();
    else this.gone = gone;
  }

  answer(text: string, written?: (reached: boolean) => void, status = 200): void {
    this.gone = undefined;
    if (this.isAnswered || this.response.destroyed) {
      written?.(false);
      return;
    }
    this.isAnswered = true;
    this.written = written;
    this.write(this.callback === undefined ? text : jsonpText(this.callback, text), status);
  }

  private write(body: string, status: number): void {
    const { response } = this;
    const type = this.callback === undefined ? 'application/json' : 'text/javascript';
    response.statusCode = status;
    response.setHeader('Content-Type', `${type};charset=UTF-8`);
    response.setHeader('Cache-Control', 'no-cache, no-store');
    response.setHeader('Pragma', 'no-cache');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Content-Length', Buffer.byteLength(body));
    // Node calls this too when the connection was closed with bytes that nobody took.
    response.end(body, () => this.notifyWritten(!response.req.socket.destroyed));
    closeWhenStalled(response);
  }

  private handleClose(): void {
    this.notifyWritten(this.response.writableFinished);
    this.gone?.();
    this.gone = undefined;
  }

  private notifyWritten(reached: boolean): void {
    this.written?.(reached);
    this.written = undefined;
  }
}
