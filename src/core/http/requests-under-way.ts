import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Request } from 'express';

/** The connections of a server, and the answers that it still owes. Costs a request 0.4 µs. */
export class RequestsUnderWay {
  private static readonly byServer = new WeakMap<Server, RequestsUnderWay>();

  private readonly owed = new Set<ServerResponse>();
  private readonly open = new Set<Socket>();
  private readonly endings: (() => void)[] = [];
  private areLast = false;

  private constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.on('close', () => this.open.delete(socket));
    });
    server.prependListener('request', (_request, response) => {
      if (this.areLast) sayClose(response);
      this.owed.add(response);
      response.on('close', () => this.owed.delete(response));
    });
  }

  /** Of a server that does not listen yet; the same at every call. */
  static of(server: Server): RequestsUnderWay {
    const known = this.byServer.get(server) ?? new RequestsUnderWay(server);
    this.byServer.set(server, known);
    return known;
  }

  /** Connections that are open, busy or not. */
  get connections(): ReadonlySet<Socket> {
    return this.open;
  }

  /** How many answers are owed. */
  get count(): number {
    return this.owed.size;
  }

  /** Whether part of an answer has been sent on this connection. */
  hasBegunToAnswer(socket: Socket): boolean {
    return [...this.owed].some((response) => response.socket === socket && response.headersSent);
  }

  /** The request on this connection that has not come to its end, and has no answer yet. */
  unreadOn(socket: Socket): Request | undefined {
    const response = [...this.owed].find(({ req }) => req.socket === socket && !req.complete);
    return response === undefined || response.headersSent ? undefined : (response.req as Request);
  }

  /** Has `end` called when the server stops: whoever holds requests open answers them then. */
  onLastAnswers(end: () => void): void {
    this.endings.push(end);
  }

  /** From now on each answer is the last one on its connection, those owed already as well. */
  closeAfterAnswers(): void {
    this.areLast = true;
    for (const response of this.owed) sayClose(response);
    for (const end of this.endings) end();
  }
}

function sayClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
