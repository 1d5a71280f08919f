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

  const next = (): URL => {
    const target = targets[turn++ % targets.length]!;
    served.set(target, (served.get(target) ?? 0) + 1);
    return new URL(target);
  };
  const pass = ({ request, response, body }: Exchange, triesLeft: number): void => {
    const { hostname, port } = next();
    const onward = send({
      ...{ agent, hostname, port, method: request.method, path: request.url },
      headers: request.headers,
    });
    response.on('close', () => onward.destroy());
    onward.on('error', (error: NodeJS.ErrnoException) => {
      if (response.destroyed) return;
      if (error.code === 'ECONNREFUSED' && triesLeft > 0) {
        pass({ request, response, body }, triesLeft - 1);
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
    request.on('end', () =>
      pass({ request, response, body: Buffer.concat(chunks) }, targets.length - 1),
    );
  });
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  server.on('upgrade', (request: IncomingMessage, near: Socket, head: Buffer) => {
    track(near);
    join(request, near, head, next, targets.length - 1, track);
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

/** Joins a websocket's client to a server, byte for byte. */
function join(
  request: IncomingMessage,
  near: Socket,
  head: Buffer,
  next: () => URL,
  triesLeft: number,
  track: (socket: Socket) => void,
): void {
  const { hostname, port } = next();
  const far = connect(Number(port), hostname);
  let isConnected = false;
  far.on('error', () => {
    if (!isConnected && triesLeft > 0) join(request, near, head, next, triesLeft - 1, track);
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
