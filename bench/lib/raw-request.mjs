import { connect } from 'node:net';

/** Sends one request on a connection of its own and waits for its end; returns the status. */
export function send(port, { method, path, type, encoding, body }) {
  return new Promise((resolve, reject) => {
    let head = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (bytes) => {
      if (head.length < 100) head += bytes.toString('latin1');
    });
    // A server may reset the connection once it has answered.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
      if (status === undefined) reject(new Error(`${method} ${path}: no answer`));
      else resolve(Number(status));
    });
    socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n` +
        `Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\ngms_user: bench\r\n` +
        `${encoding === undefined ? '' : `Content-Encoding: ${encoding}\r\n`}\r\n`,
    );
    socket.write(body);
  });
}

/**
 * Begins an upload of which only a part ever comes.
 * @returns `answer`, a promise of the status, undefined when the connection ended without one; and
 *   `end()`, which gives the upload up
 */
export function stall(port, { path, type, announced, body }) {
  const socket = connect(port, '127.0.0.1');
  const answer = new Promise((resolve) => {
    let head = '';
    socket.on('data', (bytes) => (head += bytes.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]));
  });
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n` +
      `Content-Type: ${type}\r\nContent-Length: ${announced}\r\n\r\n`,
  );
  socket.write(body);
  return { answer, end: () => socket.destroy() };
}
