import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { writeAnswer } from './answer.js';
import { type LastError, sayLastError } from './last-words.js';
import { RequestsUnderWay } from './requests-under-way.js';

const malformed: LastError = {
  status: 400,
  exception: 'InvalidRequest',
  message: 'the request is not well-formed HTTP/1.1',
};

const noTunnel: LastError = {
  status: 405,
  exception: 'MethodNotAllowed',
  message: 'this server is no proxy',
};

/** By the code of Node's HTTP parser. */
const answers = new Map<string | undefined, LastError>([
  [
    'HPE_HEADER_OVERFLOW',
    {
      status: 431,
      exception: 'HeadersTooLarge',
      message: 'the request line and the headers together are larger than 16384 bytes',
    },
  ],
  [
    'HPE_CHUNK_EXTENSIONS_OVERFLOW',
    {
      status: 413,
      exception: 'PayloadTooLarge',
      message: 'the extensions of the chunks are too large',
    },
  ],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    {
      status: 408,
      exception: 'RequestTimeout',
      message: 'the request did not come to its end in time',
    },
  ],
]);

/** How long a client that still sends may take to read the answer, milliseconds. */
const lingerMs = 1000;

/**
 * Answers what is no HTTP, or not whole in time, or nothing that this server does, in the one error
 * shape and closes the connection (conventions.md, Answers). Such a request reaches no route.
 */
export function answerClientErrors(server: Server): void {
  const underWay = RequestsUnderWay.of(server);
  const answered = new WeakSet<Socket>();
  answerExpectations(server);
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    sayLastError(socket, noTunnel, lingerMs);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // The parser goes on complaining about what the client goes on sending.
    if (answered.has(socket)) return;
    answered.add(socket);
    if (!socket.writable || error.code === 'ECONNRESET' || underWay.hasBegunToAnswer(socket)) {
      socket.destroy();
      return;
    }
    sayLastError(socket, answers.get(error.code) ?? malformed, lingerMs);
  });
}

/** Node would take a list that holds 100-continue for it, and refuses anything else without a body. */
function answerExpectations(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers.expect?.trim().toLowerCase() !== '100-continue') refuse(response);
    else {
      response.writeContinue();
      server.emit('request', request, response);
    }
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    refuse(response);
  });
}

function refuse(response: ServerResponse): void {
  response.setHeader('Connection', 'close');
  const message = 'Expect takes 100-continue alone';
  writeAnswer(response, 417, { message, exception: 'ExpectationFailed' });
}
