import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { RequestsUnderWay } from './requests-under-way.js';

interface Answer {
  readonly status: string;
  readonly exception: string;
  readonly message: string;
}

const malformed: Answer = {
  status: '400 Bad Request',
  exception: 'InvalidRequest',
  message: 'the request is not well-formed HTTP/1.1',
};

/** By the code of Node's HTTP parser. */
const answers = new Map<string | undefined, Answer>([
  [
    'HPE_HEADER_OVERFLOW',
    {
      status: '431 Request Header Fields Too Large',
      exception: 'HeadersTooLarge',
      message: 'the request line and the headers together are larger than 16384 bytes',
    },
  ],
  [
    'HPE_CHUNK_EXTENSIONS_OVERFLOW',
    {
      status: '413 Payload Too Large',
      exception: 'PayloadTooLarge',
      message: 'the extensions of the chunks are too large',
    },
  ],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    {
      status: '408 Request Timeout',
      exception: 'RequestTimeout',
      message: 'the request did not come to its end in time',
    },
  ],
]);

/** How long a client that still sends may take to read the answer, milliseconds. */
const lingerMs = 1000;

/**
 * Answers what is no HTTP, or not whole in time, in the one error shape and closes the connection
 * (conventions.md, Answers). Such a request reaches no route.
 */
export function answerClientErrors(server: Server): void {
  const underWay = RequestsUnderWay.of(server);
  const answered = new WeakSet<Socket>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // The parser goes on complaining about what the client goes on sending.
    if (answered.has(socket)) return;
    answered.add(socket);
    if (!socket.writable || error.code === 'ECONNRESET' || underWay.hasBegunToAnswer(socket)) {
      socket.destroy();
      return;
    }
    socket.end(render(answers.get(error.code) ?? malformed));
    // Closed at once, the connection would be reset and the answer lost with it.
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    socket.on('close', () => {
      clearTimeout(timer);
    });
  });
}

function render({ status, exception, message }: Answer): string {
  const body = JSON.stringify({ message, exception });
  return [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json;charset=UTF-8',
    'Cache-Control: no-cache, no-store',
    'Pragma: no-cache',
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
