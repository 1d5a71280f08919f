import type { EventEmitter } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';

/** What is sent over a connection. */
export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Or its pieces. */
  readonly body?: string | Uint8Array | readonly Uint8Array[] | undefined;
  readonly signal: AbortSignal;
}

/** Bounds of connections, milliseconds. */
export interface ConnectionPoolOptions {
  /** To one origin at a time. */
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  /** The longest silence of the other side. */
  readonly socketTimeoutMs: number;
  readonly lookup: LookupFunction;
}

/** A connection that rests for so long is closed: the other side may be about to do so. */
const keepAliveMs = 4000;

/** Nothing was heard in time. */
class ConnectionTimeout extends Error {
  constructor(readonly code: 'UND_ERR_CONNECT_TIMEOUT' | 'UND_ERR_HEADERS_TIMEOUT') {
    super(code === 'UND_ERR_CONNECT_TIMEOUT' ? 'no connection in time' : 'no answer in time');
  }
}

/** A kept connection was closed by the other side before a byte of an answer. */
class StaleConnection extends Error {}

/**
 * Connections over HTTP/1.1 that are kept for the next request. Of what the other side says before
 * its answer (1xx) nothing is heard. A kept connection may be closed by the other side just as a
 * request goes out: then it goes out once more at once, over a new one.
 */
export class ConnectionPool {
  private readonly keepAliveAgents: Agents;
  private readonly freshAgents: Agents;

  constructor(private readonly options: ConnectionPoolOptions) {
    const { maxConnections: maxSockets, lookup } = options;
    this.keepAliveAgents = createAgents({
      keepAlive: true,
      timeout: keepAliveMs,
      maxSockets,
      lookup,
    });
    this.freshAgents = createAgents({ keepAlive: false, maxSockets, lookup });
  }

  /** @throws Error of the connection, with its code */
  async send(request: OutgoingRequest): Promise<IncomingMessage> {
    try {
      return await this.sendWith(this.keepAliveAgents, request);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      return this.sendWith(this.freshAgents, request);
    }
  }

  /** Cuts off what is under way. */
  destroy(): void {
    for (const agents of [this.keepAliveAgents, this.freshAgents]) {
      agents.http.destroy();
      agents.https.destroy();
    }
  }

  /** Closes the connections that rest; those under way end by themselves. */
  close(): void {
    for (const { freeSockets } of [this.keepAliveAgents.http, this.keepAliveAgents.https]) {
      // The types know nothing of what stands in it.
      const all: Readonly<Record<string, Socket[] | undefined>> = { ...freeSockets };
      for (const socket of Object.values(all).flat()) socket?.destroy();
    }
  }

  private sendWith(agents: Agents, call: OutgoingRequest): Promise<IncomingMessage> {
    const { connectTimeoutMs, socketTimeoutMs: silenceMs } = this.options;
    const { url, method, body, signal } = call;
    const isSecure = url.toLowerCase().startsWith('https:');
    const pieces = piecesOf(body);
    const length = pieces?.reduce((sum, piece) => sum + piece.length, 0);
    const headers = {
      ...call.headers,
      ...(length === undefined ? {} : { 'Content-Length': String(length) }),
    };
    return new Promise((resolve, reject) => {
      const request = isSecure
        ? https.request(url, { method, headers, signal, agent: agents.https })
        : http.request(url, { method, headers, signal, agent: agents.http });
      const fail = (code: ConnectionTimeout['code']) => () => {
        request.destroy(new ConnectionTimeout(code));
      };
      request.setTimeout(silenceMs).on('timeout', () => {
        if (request.socket?.connecting !== true) fail('UND_ERR_HEADERS_TIMEOUT')();
      });
      // Its headers may come byte by byte, without end.
      request.on('finish', () => {
        failAfter(silenceMs, fail('UND_ERR_HEADERS_TIMEOUT'), [request, 'response']);
      });
      let heard = (): boolean => false;
      request.on('socket', (socket) => {
        const before = socket.bytesRead;
        heard = () => socket.bytesRead > before;
        if (!socket.connecting) return;
        const connected = isSecure ? 'secureConnect' : 'connect';
        failAfter(connectTimeoutMs, fail('UND_ERR_CONNECT_TIMEOUT'), [socket, connected]);
      });
      request.on('response', resolve);
      request.on('error', (error) => {
        const isLost =
          request.reusedSocket && !heard() && !signal.aborted && isConnectionReset(error);
        reject(isLost ? new StaleConnection('', { cause: error }) : error);
      });
      for (const piece of pieces ?? []) request.write(piece);
      request.end();
    });
  }
}

/** Does what is to be done when something does not say a word in time, or that it has closed. */
function failAfter(mostMs: number, late: () => void, [of, word]: [EventEmitter, string]): void {
  const limit = setTimeout(late, mostMs);
  const stop = (): void => {
    clearTimeout(limit);
  };
  of.once(word, stop).once('close', stop);
}

interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

function createAgents(options: http.AgentOptions & { lookup: LookupFunction }): Agents {
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

function piecesOf(body: OutgoingRequest['body']): readonly Uint8Array[] | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return [Buffer.from(body)];
  return body instanceof Uint8Array ? [body] : body;
}

function isConnectionReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
