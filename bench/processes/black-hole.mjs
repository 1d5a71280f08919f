import { connect, createServer } from 'node:net';

/** Of so many pieces that a server sends, one opens a hole. */
const everyPieces = 9;

/**
 * A relay before a server whose connections turn into black holes: what the server sends is read
 * and thrown away from then on, and no side is told.
 */
export class BlackHole {
  isOpen = false;
  #pieces = 0;
  #sockets = new Set();
  #server;

  /** @param port of the server behind */
  constructor(port) {
    this.#server = createServer((client) => this.#relay(client, port));
  }

  /** @returns its port */
  listen() {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => resolve(this.#server.address().port));
    });
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #relay(client, port) {
    const server = connect({ host: '127.0.0.1', port, noDelay: true });
    let isHole = false;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (piece) => server.write(piece));
    server.on('data', (piece) => {
      isHole ||= this.isOpen && ++this.#pieces % everyPieces === 0;
      if (!isHole) client.write(piece);
    });
  }
}
