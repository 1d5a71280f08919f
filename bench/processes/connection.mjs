import { connect } from 'node:net';

/**
 * One HTTP/1.1 connection that stays open, with at most one request in flight. It reads no more of
 * an answer than its status and length, so that the client costs little beside the server.
 */
export class Connection {
  #socket;
  #received = '';
  #answered;

  /** @param failed called when the connection is lost */
  constructor(port, failed) {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', failed);
    this.#socket.on('close', () => {
      if (this.#answered !== undefined) failed(new Error('the server closed a connection'));
    });
  }

  /** Sends a request; `answered(status, body)` is called when its answer is complete. */
  send(request, answered) {
    this.#answered = answered;
    this.#socket.write(request, 'latin1');
  }

  close() {
    this.#answered = undefined;
    this.#socket.destroy();
  }

  #read(chunk) {
    const received = this.#received === '' ? chunk : this.#received + chunk;
    this.#received = received;
    const head = received.indexOf('\r\n\r\n');
    if (head === -1 || received.length < head + 4 + lengthIn(received)) return;
    this.#received = '';
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(Number(received.slice(9, 12)), received.slice(head + 4));
  }
}

/** Every answer that is measured here says how long it is; a 204 has no body. */
function lengthIn(received) {
  if (received.startsWith('204', 9)) return 0;
  const found = /content-length: *(\d+)/i.exec(received);
  if (found === null) throw new Error(`an answer without Content-Length:\n${received}`);
  return Number(found[1]);
}
