import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type INestApplication, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AccessPolicy } from '../identity/index.js';
import { DomainError, invalidRequest } from '../errors/index.js';
import type { Refusable } from '../observability/index.js';
import { ConnectionRefusals } from './connection-refusals.js';
import { requestIdOf } from '../observability/request-observer.js';
import { ActiveRequests } from '../lifecycle/index.js';

/** By the code of Node's HTTP parser. */
function errorOf(code: string | undefined): DomainError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new DomainError(
        'headersTooLarge',
        'HeadersTooLarge',
        'the request line and the headers together are larger than 16384 bytes',
      );
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new DomainError(
        'tooLarge',
        'PayloadTooLarge',
        'the extensions of the chunks are too large',
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new DomainError(
        'requestTimeout',
        'RequestTimeout',
        'the request did not come to its end in time',
      );
    default:
      return invalidRequest('the request is not well-formed HTTP/1.1');
  }
}

/** How long a client that still sends may take to read the answer, milliseconds. */
const lingerMs = 1000;

/**
 * Answers what is no HTTP, or not whole in time, or nothing that this server does, in the one error
 * shape and closes the connection (docs/compatibility.md, Answers). Such a request reaches no
 * route.
 */
@Injectable()
export class ClientErrors {
  constructor(
    private readonly policy: AccessPolicy,
    private readonly refusals: ConnectionRefusals,
  ) {}

  mount(app: INestApplication): void {
    const server = app.getHttpServer() as Server;
    const underWay = ActiveRequests.forServer(server);
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      server.emit('request', request, response);
    };
    // Node would answer these itself, without a body; the edge refuses what nobody knows.
    server.on('checkExpectation', serve);
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (request.headers.expect?.trim().toLowerCase() === '100-continue') response.writeContinue();
      serve(request, response);
    });
    server.on('connect', (request, socket) => {
      socket.on('error', () => socket.destroy());
      this.refuseTunnel(request as Request, socket as Socket);
    });
    const answered = new WeakSet<Socket>();
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      // The parser goes on complaining about what the client goes on sending.
      if (answered.has(socket)) return;
      answered.add(socket);
      if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
      else this.refuse(underWay, socket, errorOf(error.code));
    });
  }

  private refuse(underWay: ActiveRequests, socket: Socket, error: DomainError): void {
    const request = underWay.unreadOn(socket);
    // It was counted when it came.
    if (request?.id !== undefined) {
      request.brokenOff = this.refusals.answer(request, socket, error, { lingerMs });
      return;
    }
    const nothing = { id: requestIdOf({}), method: 'unknown', headers: {}, socket };
    const refusal = this.counted(nothing) ?? error;
    if (underWay.hasStartedResponse(socket)) {
      socket.destroy();
      this.refusals.tell(nothing, refusal);
    } else this.refusals.refuse(nothing, socket, refusal, { lingerMs });
  }

  private refuseTunnel(request: Request, socket: Socket): void {
    request.id = requestIdOf(request.headers);
    const error = new DomainError(
      'methodNotAllowed',
      'MethodNotAllowed',
      'this server is no proxy',
    );
    this.refusals.refuse(request, socket, this.counted(request) ?? error, { lingerMs });
  }

  /** @returns why there is more wrong with it than that it cannot be read: there are too many */
  private counted(arrival: Refusable): unknown {
    try {
      this.policy.countCalls(arrival, 1);
    } catch (error) {
      return error;
    }
  }
}
