import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';

/** A request that a sink got. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers one request; the answers of a path are taken one after the other, the last again. */
export type Answer = number | ((response: ServerResponse, received: Received) => void);

/** A real HTTP server that keeps what it gets and answers as it is told, 200 unless told. */
export interface HttpSink {
  readonly url: string;
  readonly received: readonly Received[];
  /** The requests to one path. */
  at(path: string): readonly Received[];
  answer(path: string, ...answers: Answer[]): void;
}

/** Does not answer at all. */
export const hang: Answer = () => undefined;

/** Breaks the connection off. */
export const hangUp: Answer = (response) => {
  response.socket?.destroy();
};

/** Breaks the connection off within the answer. */
export const breakOff: Answer = (response) => {
  response.socket?.end('HTTP/1.1 20');
};

export const withHeaders =
  (status: number, headers: Record<string, string>, body = ''): Answer =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };

/** One sink for all tests of a file; what it got and was told is forgotten before each. */
export function useHttpSink(): HttpSink {
  const received: Received[] = [];
  const scripts = new Map<string, Answer[]>();
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const got = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(got);
      const script = scripts.get(path) ?? [];
      const answer = (script.length > 1 ? script.shift() : script[0]) ?? 200;
      if (typeof answer === 'number') response.writeHead(answer).end();
      else answer(response, got);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
  beforeEach(() => {
    received.length = 0;
    scripts.clear();
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((done) => server.close(() => done()));
  });
  return {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    received,
    at: (path) => received.filter((one) => one.path === path),
    answer: (path, ...answers) => scripts.set(path, answers),
  };
}
