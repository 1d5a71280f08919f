import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { ownVia } from '../../../../core/identity/index.js';
import { trustedLookup, requireTrustedTarget } from '../../../../core/outgoing/index.js';

/** An answer of APNs. */
export interface AppleAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is sent; pseudo headers are ours. */
export interface AppleRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connectTimeoutMs: number;
  readonly socketTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** A client certificate, PKCS#12. */
export interface AppleCertificate {
  readonly pfx: Buffer;
  readonly passphrase: string | undefined;
}

/** Nothing was heard in time: `code` as of the outgoing calls. */
export class AppleTimeout extends Error {
  constructor(readonly code: 'UND_ERR_CONNECT_TIMEOUT' | 'UND_ERR_HEADERS_TIMEOUT') {
    super(code === 'UND_ERR_CONNECT_TIMEOUT' ? 'no connection in time' : 'no answer in time');
  }
}

/** Apple closes connections that rest; we do so before, milliseconds. */
const idleMs = 5 * 60_000;
const maxAnswerBytes = 65_536;

/** What was not processed is sent again so often at most, each time over a new connection. */
const maxResends = 2;

/**
 * One HTTP/2 connection to APNs at a time, opened when it is needed. After GOAWAY, an error or a
 * request without an answer new requests get another connection, and those under way may end.
 */
export class AppleConnection {
  private session: ClientHttp2Session | undefined;
  private readonly open = new Set<ClientHttp2Session>();

  constructor(
    private readonly host: string,
    private readonly certificate: AppleCertificate | undefined,
  ) {}

  /** @throws AppleTimeout, ForbiddenTarget, or the error of the connection or stream */
  async send(request: AppleRequest): Promise<AppleAnswer> {
    for (let again = 0; ; again++) {
      request.signal.throwIfAborted();
      const session = this.session ?? this.connect(request.connectTimeoutMs);
      try {
        return await sendOnStream(session, request);
      } catch (error) {
        if (!(error instanceof NotProcessed) || again === maxResends)
          throw this.handleFailure(session, error);
        this.retireSession(session);
      }
    }
  }

  private handleFailure(session: ClientHttp2Session, error: unknown): Error {
    // Whoever does not answer may never do so on this connection.
    if (error instanceof AppleTimeout) this.retireSession(session);
    return error as Error;
  }

  close(): void {
    for (const session of this.open) session.destroy();
  }

  private connect(timeoutMs: number): ClientHttp2Session {
    const { pfx, passphrase } = this.certificate ?? {};
    requireTrustedTarget(this.host);
    const session = connect(this.host, {
      lookup: trustedLookup,
      ...(pfx && { pfx }),
      ...(passphrase && { passphrase }),
    });
    const limit = setTimeout(() => {
      session.destroy(new AppleTimeout('UND_ERR_CONNECT_TIMEOUT'));
    }, timeoutMs);
    session.on('connect', () => {
      clearTimeout(limit);
    });
    session.on('close', () => {
      clearTimeout(limit);
      this.open.delete(session);
      this.forgetSession(session);
    });
    session.on('goaway', () => {
      this.retireSession(session);
    });
    session.on('error', () => {
      // Its streams say so to those who wait.
      this.forgetSession(session);
    });
    session.setTimeout(idleMs, () => {
      this.retireSession(session);
    });
    this.open.add(session);
    this.session = session;
    return session;
  }

  /** Lets what is under way on it end, and begins nothing more. */
  private retireSession(session: ClientHttp2Session): void {
    this.forgetSession(session);
    if (!session.closed) session.close();
  }

  private forgetSession(session: ClientHttp2Session): void {
    if (this.session === session) this.session = undefined;
  }
}

function sendOnStream(session: ClientHttp2Session, request: AppleRequest): Promise<AppleAnswer> {
  const { path, headers, body, socketTimeoutMs, connectTimeoutMs, signal } = request;
  return new Promise((resolve, reject) => {
    const all = { ':method': 'POST', ':path': path, via: ownVia, ...headers };
    const stream = openStream(session, all, signal);
    const limit = setTimeout(
      () => {
        reject(new AppleTimeout('UND_ERR_HEADERS_TIMEOUT'));
        stream.close(constants.NGHTTP2_CANCEL);
      },
      socketTimeoutMs + (session.connecting ? connectTimeoutMs : 0),
    );
    readAnswer(stream, (error, answer) => {
      clearTimeout(limit);
      if (answer === undefined) reject(error ?? new Error('the stream ended without an answer'));
      else resolve(answer);
    });
    stream.end(body);
  });
}

/** What is refused before it was sent surely has not been processed. */
function openStream(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  signal: AbortSignal,
): ClientHttp2Stream {
  if (session.closed || session.destroyed) throw new NotProcessed('the connection was closed');
  return session.request(headers, { endStream: false, signal });
}

function readAnswer(
  stream: ClientHttp2Stream,
  done: (error: Error | undefined, answer?: AppleAnswer) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let headers: IncomingHttpHeaders = {};
  let failure: Error | undefined;
  stream.on('response', (received: IncomingHttpHeaders) => {
    headers = received;
  });
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxAnswerBytes) chunks.push(chunk);
  });
  stream.on('error', (error: Error) => {
    failure = error;
  });
  stream.on('close', () => {
    const status = Number(headers[':status'] ?? 0);
    const isWhole = status > 0 && stream.rstCode === constants.NGHTTP2_NO_ERROR;
    // Of what it has not begun when it says goodbye (GOAWAY) a stream is refused too.
    const isRefused = status === 0 && stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
    if (isRefused) done(new NotProcessed('the stream was refused'));
    else if (failure !== undefined) done(failure);
    else if (!isWhole) done(new StreamRefused(stream.rstCode));
    else done(undefined, { status, headers, body: Buffer.concat(chunks).toString('utf8') });
  });
}

/** The other side has surely not processed it: it can be sent again at once. */
class NotProcessed extends Error {
  readonly code = 'ECONNRESET';
}

/** The other side ended a stream without an answer. */
class StreamRefused extends Error {
  readonly code = 'ECONNRESET';

  constructor(rstCode: number) {
    super(`the stream was ended with code ${String(rstCode)}`);
  }
}
