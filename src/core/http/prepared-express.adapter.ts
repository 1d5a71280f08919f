import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Express } from 'express';
import { releaseBody } from './body/index.js';
import { StreamAnswer, streamAnswer, writeAnswer } from './answer.js';
import { isLarge, writeLargeAnswer } from './large-answer.js';

/**
 * Express with its one great cost removed. For each request Express replaces the prototypes of
 * request and response, after which V8 handles both slowly. Here the HTTP server makes them with
 * Express's own prototypes from the start, so that the replacement changes nothing: measured
 * 4,900 → 20,000 requests a second for a Nest GET
 * (docs/decisions/0001-prepared-express-adapter.md).
 */
export class PreparedExpressAdapter extends ExpressAdapter {
  constructor() {
    const application = express();
    application.disable('x-powered-by');
    application.disable('etag');
    super(application);
  }

  /** Makes the server whose requests and responses Express need not change. */
  override initHttpServer(): void {
    const application = this.getInstance<Express>();
    class PreparedRequest extends IncomingMessage {}
    class PreparedResponse extends ServerResponse {}
    copyExpressMembers(PreparedRequest.prototype, application.request);
    copyExpressMembers(PreparedResponse.prototype, application.response);
    upgradeOnlyToWebSockets(PreparedRequest.prototype);
    Object.assign(application, {
      request: PreparedRequest.prototype,
      response: PreparedResponse.prototype,
    });
    const server: Server = createServer(
      {
        IncomingMessage: PreparedRequest,
        ServerResponse: PreparedResponse,
        // A load balancer keeps idle connections about a minute; we must not close first.
        keepAliveTimeout: 75_000,
        requestTimeout: 300_000,
        // Node's own refusal has no body; the access policy refuses such a request in words.
        requireHostHeader: false,
      },
      application as never,
    );
    // Node would drop the lines after the 1,000th unseen, and with them what tells of a proxy; the
    // 16 KiB that all headers may have bound them.
    server.maxHeadersCount = 0;
    this.httpServer = server;
  }

  /** Answers a request with what its handler returned (docs/compatibility.md, Answers). */
  override async reply(response: ServerResponse, body: unknown, status?: number): Promise<void> {
    const code = status ?? response.statusCode;
    releaseBody(response.req);
    if (body instanceof StreamAnswer) await streamAnswer(response, code, body);
    else if (isLarge(body)) await writeLargeAnswer(response, code, body);
    else writeAnswer(response, code, body);
  }
}

/**
 * Once somebody listens for upgrades, Node hands over every request that offers one, and nobody
 * answers what was asked. Java's HttpClient and `curl --http2` offer `h2c` with their first request:
 * only what asks for a websocket is an upgrade here, all else is answered as if it did not offer.
 */
function upgradeOnlyToWebSockets(prototype: IncomingMessage): void {
  const offered = Symbol('offered');
  Object.defineProperty(prototype, 'upgrade', {
    get(this: IncomingMessage & { [offered]?: boolean | null }): boolean {
      if (this[offered] !== true) return false;
      return this.method === 'CONNECT' || /\bwebsocket\b/i.test(this.headers.upgrade ?? '');
    },
    set(this: IncomingMessage & { [offered]?: boolean | null }, value: boolean | null) {
      this[offered] = value;
    },
  });
}

/** Gives `target` what Express adds to the prototypes of Node's own classes. */
function copyExpressMembers(target: object, expressPrototype: object): void {
  const layers: object[] = [];
  for (
    let layer: object | null = expressPrototype;
    layer !== null && layer !== IncomingMessage.prototype && layer !== ServerResponse.prototype;
    layer = Object.getPrototypeOf(layer) as object | null
  ) {
    layers.unshift(layer);
  }
  for (const layer of layers) {
    Object.defineProperties(target, Object.getOwnPropertyDescriptors(layer));
  }
}
