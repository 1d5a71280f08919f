import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Stands between a server and its database, and can be told to misbehave. */
export interface DatabaseProxy {
  /** Of the database, by way of the proxy. */
  readonly url: string;
  /** Lets nothing through any more, without closing anything: the database hangs. */
  hang(): void;
  /** Lets everything through again, also what has come meanwhile. */
  recover(): void;
  /** Keeps back what the database answers on a connection that sends the text next. */
  holdAnswerTo(text: string): HeldAnswer;
  /** Keeps the next request with the text from the database, and all that follow on its connection. */
  holdRequest(text: string): HeldAnswer;
  /** Breaks the connection that sends the text next. @returns once it has */
  breakAt(text: string): Promise<void>;
  /** Keeps back what the database notifies of, until `recover`; everything else passes. */
  deafen(): void;
  /** Drops every connection; refuses new ones until `open`. */
  cut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** An answer that the database has given, or a request, that its reader has not got. */
export interface HeldAnswer {
  /** Resolves once there is one. */
  readonly held: Promise<void>;
  release(): void;
}

/** Starts a proxy on a free port. */
export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isHanging = false;
  let server: Server;
  let port = 0;
  const listening = new Set<Socket>();
  let breaking: { text: string; broken: () => void } | undefined;
  let kept: { text: string; came: () => void; release: Promise<void> } | undefined;
  let watched: { text: string; answered: () => void; release: Promise<void> } | undefined;

  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    if (isHanging) socket.pause();
  };
  const listen = async () => {
    server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      track(near);
      track(far);
      let holding: typeof watched;
      near.on('data', (bytes) => {
        if (bytes.includes('LISTEN ')) listening.add(far);
        if (breaking !== undefined && bytes.includes(breaking.text)) {
          breaking.broken();
          breaking = undefined;
          near.destroy();
          return;
        }
        if (kept !== undefined && bytes.includes(kept.text)) {
          near.pause();
          const { came, release } = kept;
          kept = undefined;
          came();
          void release.then(() => {
            far.write(bytes);
            near.resume();
          });
          return;
        }
        if (watched !== undefined && bytes.includes(watched.text)) {
          holding = watched;
          watched = undefined;
        }
        far.write(bytes);
      });
      far.on('data', (bytes) => {
        if (holding === undefined) {
          near.write(bytes);
          return;
        }
        far.pause();
        const { answered, release } = holding;
        holding = undefined;
        answered();
        void release.then(() => {
          near.write(bytes);
          far.resume();
        });
      });
      near.on('close', () => far.destroy());
      far.on('close', () => {
        listening.delete(far);
        near.destroy();
      });
      if (isHanging) for (const socket of [near, far]) socket.pause();
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as { port: number }).port;
  };
  const cut = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  await listen();
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    hang: () => {
      isHanging = true;
      for (const socket of sockets) socket.pause();
    },
    recover: () => {
      isHanging = false;
      for (const socket of sockets) socket.resume();
    },
    holdAnswerTo: (text) => {
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      const held = new Promise<void>((answered) => {
        watched = { text, answered, release: released };
      });
      return { held, release };
    },
    holdRequest: (text) => {
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      const held = new Promise<void>((came) => {
        kept = { text, came, release: released };
      });
      return { held, release };
    },
    breakAt: (text) =>
      new Promise((broken) => {
        breaking = { text, broken };
      }),
    deafen: () => {
      for (const socket of listening) socket.pause();
    },
    cut,
    open: listen,
    close: async () => {
      if (server.listening) await cut();
    },
  };
}
