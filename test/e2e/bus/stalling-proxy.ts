import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands before a database server and can fall silent, as a network that drops every packet. */
export class StallingProxy {
  private readonly sockets = new Set<Socket>();
  private stalled = false;

  private constructor(
    private readonly server: Server,
    private readonly databaseUrl: URL,
  ) {}

  static async before(databaseUrl: string): Promise<StallingProxy> {
    const server = createServer();
    const proxy = new StallingProxy(server, new URL(databaseUrl));
    server.on('connection', (socket) => proxy.carry(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy.port = (server.address() as AddressInfo).port;
    return proxy;
  }

  private port = 0;

  get url(): string {
    const url = new URL(this.databaseUrl);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** From here on nothing gets through, in no direction. */
  stall(): void {
    this.stalled = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Connections that begin from here on get through; stalled ones stay dead. */
  flow(): void {
    this.stalled = false;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private carry(client: Socket): void {
    const server = connect(Number(this.databaseUrl.port), this.databaseUrl.hostname);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.stalled) from.pause();
    }
  }
}
