import {
  Agent,
  createServer,
  type IncomingMessage,
  request as send,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';

/**
 * A plain HTTP proxy: every request, not every connection, goes to the next server in turn; so does
 * every websocket. A server that refuses connections is passed over.
 */
export interface RoundRobinProxy {
  readonly url: string;
  /** Requests and websockets that each server got. */
  readonly served: ReadonlyMap<string, number>;
  /** Sends what comes from now on to these servers. */
  use(targets: readonly string[]): void;
  /** Reads the answers to the next requests that `chosen` picks, and hangs up on the client. */
  swallow(count: number, chosen?: (path: string) => boolean): void;
  /** How many answers are still to be swallowed. */
  readonly toSwallow: number;
  /**
   * Hangs up on every client that waits for an answer, and ends every websocket.
   * @returns how many clients that waited there were
   */
  abort(): number;
  close(): Promise<void>;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

/** Starts a proxy on a free port. */
export async function startRoundRobinProxy(first: readonly string[]): Promise<RoundRobinProxy> {
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();
  const waiting = new Set<ServerResponse>();
  const served = new Map<string, number>();
  let targets = first;
  let turn = 0;
  let toSwallow = 0;
  let isChosen = (_path: string): boolean => true;

  /** All targets, the one whose turn it is first. */
  const inTurn = (): string[] => {
    const first = turn++ % targets.length;
    return [...targets.slice(first), ...targets.slice(0, first)];
  };
  const take = (target: string): URL => {
    served.set(target, (served.get(target) ?? 0) + 1);
    return new URL(target);
  };
  const pass = ({ request, response, body }: Exchange, [target, ...others]: string[]): void => {
    const { hostname, port } = take(target!);
    const onward = send({
      ...{ agent, hostname, port, method: request.method, path: request.url },
      headers: request.headers,
    });
    response.on('close', () => onward.destroy());
    onward.on('error', (error: NodeJS.ErrnoException) => {
      if (response.destroyed) return;
      if (error.code === 'ECONNREFUSED' && others.length > 0) {
        pass({ request, response, body }, others);
      } else if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    });
    onward.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('error', () => response.destroy());
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        if (toSwallow > 0 && isChosen(request.url!)) {
          toSwallow--;
          response.destroy();
          return;
        }
        response.writeHead(answer.statusCode!, answer.headers).end(Buffer.concat(chunks));
      });
    });
    onward.end(body);
  };
  const server = createServer((request, response) => {
    waiting.add(response);
    response.on('close', () => waiting.delete(response));
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => pass({ request, response, body: Buffer.concat(chunks) }, inTurn()));
  });
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  server.on('upgrade', (request: IncomingMessage, near: Socket, head: Buffer) => {
    track(near);
    join({ request, near, head, take, track }, inTurn());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    get toSwallow() {
      return toSwallow;
    },
    use: (wanted) => {
      targets = wanted;
    },
    swallow: (count, chosen = () => true) => {
      toSwallow = count;
      isChosen = chosen;
    },
    abort: () => {
      const count = waiting.size;
      for (const response of waiting) response.destroy();
      for (const socket of sockets) socket.destroy();
      return count;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await closed;
    },
  };
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly near: Socket;
  readonly head: Buffer;
  take(target: string): URL;
  track(socket: Socket): void;
}

/** Joins a websocket's client to the first server that takes it, byte for byte. */
function join(upgrade: Upgrade, [target, ...others]: string[]): void {
  const { request, near, head, take, track } = upgrade;
  const { hostname, port } = take(target!);
  const far = connect(Number(port), hostname);
  let isConnected = false;
  far.on('error', () => {
    if (!isConnected && others.length > 0) join(upgrade, others);
    else near.destroy();
  });
  track(far);
  far.on('connect', () => {
    isConnected = true;
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let i = 0; i < request.rawHeaders.length; i += 2) {
      lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
    }
    far.write(`${lines.join('\r\n')}\r\n\r\n`);
    far.write(head);
    near.pipe(far);
    far.pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
}
