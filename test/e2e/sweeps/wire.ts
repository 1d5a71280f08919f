import { connect } from 'node:net';

/** A request exactly as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** What stands in the request line, not encoded any further. */
  readonly target: string;
  /** In this order, beside Host, Connection and the length; a name may come more than once. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Buffer;
  /** Sent in chunks, so that the length is not known before the end. */
  readonly chunked?: boolean;
  /** The Host lines; one that names the address when absent. */
  readonly hosts?: readonly string[];
  readonly version?: '1.0' | '1.1';
}

/** What came back, read to its end. */
export interface WireAnswer {
  /** Undefined when the connection ended without a status line. */
  readonly status: number | undefined;
  readonly contentType: string | undefined;
  readonly text: string;
}

const longestMs = 30_000;

/** Sends one request over a connection of its own and reads the answer, which ends with it. */
export function exchange(url: string, request: WireRequest): Promise<WireAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const limit = setTimeout(() => socket.destroy(), longestMs);
    socket.on('data', (bytes) => received.push(bytes));
    // A server may reset the connection once it has answered; what has come counts.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(limit);
      resolve(read(Buffer.concat(received)));
    });
    socket.write(headOf(request, hostname));
    for (const part of partsOf(request)) socket.write(part);
  });
}

function headOf(request: WireRequest, hostname: string): string {
  const { method, target, headers = [], body, chunked, version = '1.1' } = request;
  const hosts = request.hosts ?? [hostname];
  const length =
    body === undefined
      ? []
      : chunked === true
        ? ['Transfer-Encoding: chunked']
        : [`Content-Length: ${String(Buffer.byteLength(body))}`];
  return [
    `${method} ${target} HTTP/${version}`,
    ...hosts.map((host) => `Host: ${host}`),
    'Connection: close',
    ...length,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');
}

function partsOf({ body, chunked }: WireRequest): (string | Buffer)[] {
  if (body === undefined) return [];
  if (chunked !== true) return [body];
  return [`${Buffer.byteLength(body).toString(16)}\r\n`, body, '\r\n0\r\n\r\n'];
}

function read(bytes: Buffer): WireAnswer {
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const head = rest.subarray(0, end === -1 ? undefined : end).toString('latin1');
    const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
    if (status === undefined || end === -1) {
      return { status: undefined, contentType: undefined, text: '' };
    }
    rest = rest.subarray(end + 4);
    // An answer in advance, as 100 Continue.
    if (status.startsWith('1')) continue;
    const contentType = /\r\ncontent-type: *([^\r]*)/i.exec(head)?.[1];
    const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
    const content = isChunked ? joined(rest) : rest;
    return { status: Number(status), contentType, text: content.toString('utf8') };
  }
}

function joined(chunks: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let rest = chunks; ;) {
    const end = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.subarray(0, Math.max(end, 0)).toString('latin1'), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(rest.subarray(end + 2, end + 2 + size));
    rest = rest.subarray(end + 4 + size);
  }
}
