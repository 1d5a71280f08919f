import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** A client that reads a stream only when it is told to. */
export interface StreamReader {
  /** Waits for so many bytes of the answer and reads no more. */
  stopAfter(bytes: number): Promise<void>;
  /** Reads to the end of the connection; everything that came, head and chunks' lengths too. */
  readToEnd(): Promise<string>;
  /** Goes away without a word. */
  leave(): void;
}

/** Sends a GET over a connection of its own, whose buffers are as small as the system allows. */
export function readStream(url: string, path: string): StreamReader {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), highWaterMark: 1024 } as never);
  const received: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return {
    stopAfter: async (bytes) => {
      while (sizeOf(received) < bytes) await once(socket, 'data');
      socket.pause();
    },
    readToEnd: async () => {
      const closed = ended(socket);
      socket.resume();
      await closed;
      return Buffer.concat(received).toString('utf8');
    },
    leave: () => {
      socket.resetAndDestroy();
    },
  };
}

/** The body of an answer in chunks, and whether its last chunk has come. */
export function unchunked(answer: string): { body: string; isWhole: boolean } {
  const bytes = Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4));
  const pieces: Buffer[] = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at);
    const size = end === -1 ? NaN : Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (size === 0) return { body: Buffer.concat(pieces).toString('utf8'), isWhole: true };
    if (Number.isNaN(size)) return { body: Buffer.concat(pieces).toString('utf8'), isWhole: false };
    pieces.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function sizeOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

async function ended(socket: Socket): Promise<void> {
  if (!socket.destroyed) await once(socket, 'close');
}
