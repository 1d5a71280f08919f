import { randomUUID } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request as send } from 'node:http';

/** One part of a multipart body; with `fileName` it is a file. */
export interface Part {
  readonly name: string;
  readonly value: string | Uint8Array;
  readonly fileName?: string;
  readonly contentType?: string;
}

/** What to send; of the bodies at most one. */
export interface RequestOptions {
  /** Sent as given, in this order; an array sends the header more than once. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** Sent as application/x-www-form-urlencoded, in UTF-8. */
  readonly form?: Readonly<Record<string, string | number | boolean>> | URLSearchParams;
  /** Sent as application/json. */
  readonly json?: unknown;
  /** Sent as multipart/form-data. */
  readonly multipart?: readonly Part[];
  /** The address to call from, as 127.0.0.2; loopback when absent. */
  readonly localAddress?: string;
  /** Over a connection of its own, as a client that has just come. */
  readonly ownConnection?: boolean;
  /** Gives the request up when aborted, as a client that goes away. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which the request fails; 20,000 when absent. */
  readonly timeout?: number;
}

/** An answer, read to its end. */
export class TestResponse {
  constructor(
    readonly status: number,
    readonly headers: IncomingHttpHeaders,
    readonly bytes: Buffer,
  ) {}

  get text(): string {
    return this.bytes.toString('utf8');
  }

  /** @throws Error that shows the answer when it is not JSON */
  get json(): any {
    try {
      return JSON.parse(this.text);
    } catch {
      throw new Error(`not JSON: ${this.status} ${this.text.slice(0, 500)}`);
    }
  }
}

/** Calls one server over HTTP/1.1, keeping connections alive as a mobile client does. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly baseUrl: string) {}

  /** @param path with its query, exactly as it is to stand in the request line */
  request(method: string, path: string, options: RequestOptions = {}): Promise<TestResponse> {
    const { hostname, port } = new URL(this.baseUrl);
    const [contentType, body] = bodyOf(options);
    const headers: Record<string, string | string[]> = {};
    if (contentType !== undefined) headers['Content-Type'] = contentType;
    if (body !== undefined) headers['Content-Length'] = String(body.length);
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      // What the caller says replaces ours, however the name is written.
      const ours = Object.keys(headers).find((own) => own.toLowerCase() === name.toLowerCase());
      if (ours !== undefined) Reflect.deleteProperty(headers, ours);
      headers[name] = typeof value === 'string' ? value : [...value];
    }
    return new Promise((resolve, reject) => {
      const request = send({
        ...{ method, path, headers, hostname, port },
        agent: options.ownConnection === true ? false : this.agent,
        localAddress: options.localAddress,
        signal: options.signal,
        timeout: options.timeout ?? 20_000,
      });
      request.on('error', reject);
      request.on('timeout', () => {
        request.destroy(new Error(`no answer in time: ${method} ${path}`));
      });
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve(
            new TestResponse(response.statusCode ?? 0, response.headers, Buffer.concat(chunks)),
          );
        });
      });
      request.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function bodyOf(options: RequestOptions): [contentType?: string, body?: Buffer] {
  const { body, form, json, multipart } = options;
  if (body !== undefined) return [undefined, Buffer.from(body)];
  if (json !== undefined) return ['application/json', Buffer.from(JSON.stringify(json))];
  if (form !== undefined) return ['application/x-www-form-urlencoded', Buffer.from(encode(form))];
  if (multipart !== undefined) return multipartOf(multipart);
  return [];
}

function encode(form: NonNullable<RequestOptions['form']>): string {
  if (form instanceof URLSearchParams) return form.toString();
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) fields.append(name, String(value));
  return fields.toString();
}

function multipartOf(parts: readonly Part[]): [contentType: string, body: Buffer] {
  const boundary = `----test-${randomUUID()}`;
  const chunks = parts.flatMap((part) => [
    Buffer.from(`--${boundary}\r\n${partHeader(part)}\r\n\r\n`),
    Buffer.from(part.value),
    Buffer.from('\r\n'),
  ]);
  return [
    `multipart/form-data; boundary=${boundary}`,
    Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
  ];
}

function partHeader({ name, fileName, contentType }: Part): string {
  const file = fileName === undefined ? '' : `; filename="${fileName}"`;
  const type = contentType === undefined ? '' : `\r\nContent-Type: ${contentType}`;
  return `Content-Disposition: form-data; name="${name}"${file}${type}`;
}
