import { connect } from 'node:net';

export interface RawOptions {
  /**
   * What follows the bytes: `wait` for the server to close, which a request that says
   * `Connection: close` makes it do; `cut` ends our half, as a body that stops short; `reset`
   * drops the connection without a word.
   */
  readonly then?: 'wait' | 'cut' | 'reset';
  /** Milliseconds after which what has come is returned and the connection dropped; 5,000. */
  readonly timeout?: number;
  readonly localAddress?: string;
}

/** What came back on the wire; `status` is undefined when the server sent no status line. */
export interface RawResponse {
  readonly status: number | undefined;
  /** Everything received, read as Latin-1 so that each character is one byte. */
  readonly text: string;
  /** Whether the server ended the connection, and not our time limit. */
  readonly closedByServer: boolean;
}

/** Sends exactly these bytes over a TCP connection of its own and gathers what comes back. */
export function rawRequest(
  url: string,
  bytes: string | Uint8Array,
  { then = 'wait', timeout = 5000, localAddress }: RawOptions = {},
): Promise<RawResponse> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    let closedByServer = true;
    const socket = connect({ host: hostname, port: Number(port), localAddress });
    const limit = setTimeout(() => {
      closedByServer = false;
      socket.destroy();
    }, timeout);
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server may reset the connection after answering a request it did not read to its end.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => {
      clearTimeout(limit);
      const text = Buffer.concat(received).toString('latin1');
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
      resolve({ status: status === undefined ? undefined : Number(status), text, closedByServer });
    });
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, () => {
      if (then === 'cut') socket.end();
      if (then === 'reset') socket.resetAndDestroy();
    });
  });
}
