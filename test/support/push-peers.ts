import {
  createDecipheriv,
  createECDH,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { createLocalJWKSet, exportJWK, importJWK, jwtVerify } from 'jose';
import type { Certificate } from './certificates.js';

/**
 * How a peer treats the next push to a device, as `ok`, `unavailable`, `tooMany`, `gone`, `hang`,
 * `drop`; the last one told holds for all that follow.
 */
export type Behaviour = string;

/** A push as it came to a peer. */
export interface Pushed {
  readonly device: string;
  readonly message: string;
  /** The message id, however the protocol carries it; undefined when it carries none. */
  readonly id: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** The whole body, as it came or as it was decrypted. */
  readonly body: any;
  /** When, by this process's clock, milliseconds. */
  readonly at?: number;
}

/** A local server that speaks the real protocol of a push service. */
export interface PushPeer {
  readonly url: string;
  readonly pushed: Pushed[];
  to(device: string): Pushed[];
  behave(device: string, ...behaviours: Behaviour[]): void;
}

interface Script extends PushPeer {
  next(device: string): Behaviour;
}

const retryAfter = '120';

/** For how many seconds a peer asks everybody to wait when it is told `busy <seconds>`. */
const askedSeconds = (behaviour: Behaviour): string | undefined =>
  /^busy (\d+)$/.exec(behaviour)?.[1];

/** The state of a peer; what it got and was told is forgotten before each test. */
function useScript(address: () => string): Script {
  const behaviours = new Map<string, Behaviour[]>();
  const pushed: Pushed[] = [];
  beforeEach(() => {
    behaviours.clear();
    pushed.length = 0;
  });
  return {
    pushed,
    get url() {
      return address();
    },
    to: (device) => pushed.filter((one) => one.device === device),
    behave: (device, ...told) => behaviours.set(device, told),
    next: (device) => {
      const told = behaviours.get(device) ?? [];
      return (told.length > 1 ? told.shift() : told[0]) ?? 'ok';
    },
  };
}

type Respond = (status: number, body?: object, headers?: Record<string, string>) => void;

interface HttpPeerOptions {
  /** Answers what is no push, as a request for a token. @returns whether it did */
  readonly other?: (path: string, body: string, respond: Respond) => boolean | Promise<boolean>;
  /** Throws what is wrong with a request: it is answered 400. */
  readonly read: (
    path: string,
    headers: IncomingHttpHeaders,
    body: Buffer,
  ) => Pushed | Promise<Pushed>;
  readonly answer: (behaviour: Behaviour, respond: Respond) => void;
}

/** A peer over HTTP/1.1. */
export function useHttpPeer({ other, read, answer }: HttpPeerOptions): PushPeer {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void receive(request.url ?? '', request.headers, Buffer.concat(chunks), response);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const script = useScript(() => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const receive = async (
    path: string,
    headers: IncomingHttpHeaders,
    body: Buffer,
    response: ServerResponse,
  ): Promise<void> => {
    const respond: Respond = (status, json, more = {}) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...more });
      response.end(json === undefined ? '' : JSON.stringify(json));
    };
    try {
      if (await other?.(path, body.toString(), respond)) return;
      const push = await read(path, headers, body);
      script.pushed.push({ ...push, at: performance.now() });
      const behaviour = script.next(push.device);
      if (behaviour === 'hang') return;
      if (behaviour === 'drop') response.socket?.destroy();
      else if (behaviour in oddBodies) oddBodies[behaviour]?.(response);
      else answer(behaviour, respond);
    } catch (error) {
      respond(400, { wrong: String(error) });
    }
  };
  beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((done) => server.close(() => done()));
  });
  return script;
}

/** Success by the status, and bodies that come to no good end. */
const oddBodies: Readonly<Record<string, (response: ServerResponse) => void>> = {
  /** Never silent for long, and never at its end. */
  drip: (response) => drip(response, 200),
  'drip 503': (response) => drip(response, 503),
  silent: (response) => {
    response.writeHead(200, { 'Content-Length': '10' }).write('half');
  },
  cut: (response) => {
    response.writeHead(200, { 'Content-Length': '10' });
    response.write('half', () => response.socket?.destroy());
  },
  garbled: (response) => {
    response.socket?.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n');
  },
  huge: (response) => {
    const flood = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.writeHead(200).on('drain', flood);
    flood();
  },
};

function drip(response: ServerResponse, status: number): void {
  response.writeHead(status);
  const timer = setInterval(() => response.write('.'), 200);
  response.on('close', () => clearInterval(timer));
}

const plainAnswer = (behaviour: Behaviour, respond: Respond): void => {
  if (behaviour === 'ok') respond(200);
  else if (behaviour === 'unavailable') respond(503);
  else if (behaviour === 'tooMany') respond(429, undefined, { 'Retry-After': retryAfter });
  else if (behaviour === 'gone') respond(410);
  else if (behaviour === 'says why') respond(403, { reason: 'BadJwtToken\n' });
  else respond(Number(behaviour));
};

/** Callbacks: the device is the path. */
export const useCallbackPeer = (): PushPeer =>
  useHttpPeer({
    read: (path, headers, body) => ({
      ...{ device: path.slice(1), message: body.toString(), body: body.toString(), headers },
      id: String(headers['x-gms-message-id']),
    }),
    answer: plainAnswer,
  });

/** The operator's own push service of customhttp. */
export const useCustomPeer = (): PushPeer =>
  useHttpPeer({
    read: (_, headers, bytes) => {
      const body = JSON.parse(bytes.toString());
      const id = String(headers['x-gms-message-id']);
      return { device: body.deviceId, message: body.message, body, headers, id };
    },
    answer: plainAnswer,
  });

/** What an FCM peer knows and counts. */
export interface GooglePeer extends PushPeer {
  readonly serviceAccount: string;
  /** How many access tokens were asked for. */
  readonly tokens: () => number;
  /** Makes every access token that was handed out invalid. */
  revoke(): void;
  /** Refuses to hand out tokens. */
  close(status: number | undefined): void;
}

const project = 'demo-project';
const fcmErrors: Record<string, [number, string, string?]> = {
  unavailable: [503, 'UNAVAILABLE', 'UNAVAILABLE'],
  tooMany: [429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED'],
  gone: [404, 'NOT_FOUND', 'UNREGISTERED'],
  sender: [403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH'],
  invalid: [400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'],
  internal: [500, 'INTERNAL', 'INTERNAL'],
  unauthenticated: [401, 'UNAUTHENTICATED'],
  otherVendor: [401, 'UNAUTHENTICATED', 'THIRD_PARTY_AUTH_ERROR'],
  quota: [429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED'],
  hostile: [404, 'NUL\0', 'UNREGISTERED\0'],
};

/** FCM HTTP v1 with its OAuth server, which verifies the assertion (RFC 7523). */
export function useGooglePeer(): GooglePeer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const valid = new Set<string>();
  let asked = 0;
  let closed: number | undefined;
  const peer = useHttpPeer({
    other: async (path, body, respond) => {
      if (path !== '/token') return false;
      asked++;
      if (closed !== undefined) {
        respond(closed, { error: 'invalid_grant' });
        return true;
      }
      const form = new URLSearchParams(body);
      const jwks = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1' }] });
      const { payload } = await jwtVerify(form.get('assertion') ?? '', jwks, {
        ...{ issuer: 'push@demo-project.example', audience: `${peer.url}/token` },
      });
      if (payload.scope !== 'https://www.googleapis.com/auth/firebase.messaging') {
        throw new Error('another scope');
      }
      const token = `token-${randomBytes(6).toString('hex')}`;
      valid.add(token);
      respond(200, { access_token: token, expires_in: 3599, token_type: 'Bearer' });
      return true;
    },
    read: (path, headers, bytes) => {
      if (path !== `/v1/projects/${project}/messages:send`) throw new Error(path);
      const body = JSON.parse(bytes.toString());
      const { token, data } = body.message;
      return { device: token, message: data.message, id: data.id, body, headers };
    },
    answer: (behaviour, respond) => {
      const [, bearer] =
        /^Bearer (.+)$/.exec(peer.pushed.at(-1)?.headers.authorization ?? '') ?? [];
      const name = valid.has(bearer ?? '') ? behaviour : 'unauthenticated';
      const asked = askedSeconds(name);
      const error = asked === undefined ? fcmErrors[name] : fcmErrors.tooMany;
      if (error === undefined) {
        respond(200, { name: `projects/${project}/messages/1` });
        return;
      }
      const [code, status, errorCode] = error;
      const details = errorCode && [
        { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode },
      ];
      const wait = name === 'tooMany' ? retryAfter : asked;
      const headers = wait === undefined ? undefined : { 'Retry-After': wait };
      respond(
        code,
        { error: { code, status, message: 'words', ...(details && { details }) } },
        headers,
      );
    },
  });
  return Object.defineProperties({} as GooglePeer, {
    ...Object.getOwnPropertyDescriptors(peer),
    serviceAccount: {
      get: () =>
        JSON.stringify({
          ...{ type: 'service_account', project_id: project, private_key_id: 'key-1' },
          client_email: 'push@demo-project.example',
          private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
          token_uri: `${peer.url}/token`,
        }),
    },
    tokens: { value: () => asked },
    revoke: { value: () => valid.clear() },
    close: {
      value: (status: number | undefined) => {
        closed = status;
      },
    },
  });
}

/** A web push service and the browsers behind it. */
export interface WebPushPeer extends PushPeer {
  readonly vapid: { readonly publicKey: string; readonly privateKey: string };
  /** The PushSubscription of a browser, as JSON. */
  browser(name: string): string;
}

/** RFC 8030, 8291 and 8292, written against the RFCs: verifies the token and decrypts. */
export function useWebPushPeer(): WebPushPeer {
  const own = createECDH('prime256v1');
  own.generateKeys();
  const vapid = {
    publicKey: own.getPublicKey('base64url', 'uncompressed'),
    // Node leaves out zero bytes at its beginning; one key of 256 has some.
    privateKey: Buffer.concat([Buffer.alloc(32), own.getPrivateKey()])
      .subarray(-32)
      .toString('base64url'),
  };
  const browsers = new Map<string, { keys: ReturnType<typeof createECDH>; auth: Buffer }>();
  const peer = useHttpPeer({
    read: async (path, headers, body) => {
      const device = decodeURIComponent(path.slice('/push/'.length));
      const browser = browsers.get(device);
      if (browser === undefined) throw new Error(`no browser ${device}`);
      await verifyVapid(headers.authorization ?? '', peer.url);
      if (headers['content-encoding'] !== 'aes128gcm') throw new Error('another encoding');
      if (!/^\d+$/.test(String(headers.ttl))) throw new Error('no TTL');
      const payload = JSON.parse(decrypt(body, browser.keys, browser.auth).toString());
      return { device, message: payload.message, id: payload.id, body: payload, headers };
    },
    answer: (behaviour, respond) => plainAnswer(behaviour === 'ok' ? '201' : behaviour, respond),
  });
  const verifyVapid = async (header: string, audience: string): Promise<void> => {
    const [, token = '', key = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(header) ?? [];
    const point = Buffer.from(key, 'base64url');
    const jwk = {
      ...{ kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url') },
      y: point.subarray(33).toString('base64url'),
    };
    const { payload } = await jwtVerify(token, await importJWK(jwk, 'ES256'), { audience });
    if ((payload.exp ?? Infinity) > Date.now() / 1000 + 86_400) throw new Error('more than a day');
    if (key !== vapid.publicKey) throw new Error('another key');
  };
  return Object.defineProperties({} as WebPushPeer, {
    ...Object.getOwnPropertyDescriptors(peer),
    vapid: { value: vapid },
    browser: {
      value: (name: string) => {
        const keys = createECDH('prime256v1');
        keys.generateKeys();
        const auth = randomBytes(16);
        browsers.set(name, { keys, auth });
        return JSON.stringify({
          endpoint: `${peer.url}/push/${encodeURIComponent(name)}`,
          expirationTime: null,
          keys: { p256dh: keys.getPublicKey('base64url'), auth: auth.toString('base64url') },
        });
      },
    },
  });
}

/** One record of aes128gcm (RFC 8188), with the key of RFC 8291. */
function decrypt(body: Buffer, receiver: ReturnType<typeof createECDH>, auth: Buffer): Buffer {
  const salt = body.subarray(0, 16);
  const keyLength = body.readUInt8(20);
  const sender = body.subarray(21, 21 + keyLength);
  const record = body.subarray(21 + keyLength);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), receiver.getPublicKey(), sender]);
  const input = Buffer.from(hkdfSync('sha256', receiver.computeSecret(sender), auth, info, 32));
  const derive = (name: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', input, salt, `Content-Encoding: ${name}\0`, length));
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  return padded.subarray(0, padded.lastIndexOf(2));
}

/** What an APNs peer knows and counts. */
export interface ApplePeer extends PushPeer {
  /** The .p8 key with which it verifies tokens. */
  readonly signingKey: string;
  /** The provider tokens it has seen. */
  readonly tokens: Set<string>;
  /** Connections so far. */
  readonly connections: () => number;
  /** Calls every token that it has seen expired. */
  expireTokens(): void;
}

const appleErrors: Record<string, [number, string]> = {
  unavailable: [503, 'ServiceUnavailable'],
  tooMany: [429, 'TooManyRequests'],
  gone: [410, 'Unregistered'],
  'gone before': [410, 'Unregistered'],
  'gone some time': [410, 'Unregistered'],
  wrongEnvironment: [400, 'BadDeviceToken'],
  forbidden: [403, 'Forbidden'],
  internal: [500, 'InternalServerError'],
};

/** Since when a device is gone; APNs always says so. */
const goneTimes: Readonly<Record<string, () => number>> = {
  gone: () => Date.now() + 1000,
  'gone before': () => Date.now() - 3_600_000,
};

function wrongWith(body: string, headers: IncomingHttpHeaders): [number, string] | undefined {
  if (Buffer.byteLength(body) > 4096) return [413, 'PayloadTooLarge'];
  if (headers['apns-topic'] !== 'com.example.app') return [400, 'MissingTopic'];
  return /^[-0-9a-f]{36}$/.test(String(headers['apns-id'])) ? undefined : [400, 'BadMessageId'];
}

/**
 * APNs over TLS and HTTP/2: verifies the provider token or asks for a client certificate.
 * @param authority PEM, of client certificates; undefined: tokens are asked for
 */
export function useApplePeer(certificate: Certificate, authority?: string): ApplePeer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sessions = new Set<ServerHttp2Session>();
  const tokens = new Set<string>();
  const expired = new Set<string>();
  const answersAtGoodbye: (() => void)[] = [];
  let connections = 0;
  const server = createSecureServer({
    ...certificate,
    allowHTTP1: false,
    ...(authority && { ca: authority, requestCert: true, rejectUnauthorized: true }),
  });
  server.on('session', (session) => {
    connections++;
    sessions.add(session);
    session.on('error', () => undefined);
    session.on('close', () => sessions.delete(session));
  });
  server.on('tlsClientError', () => undefined);
  const script = useScript(() => `https://localhost:${(server.address() as AddressInfo).port}`);

  const refusalOf = async (request: Http2ServerRequest): Promise<string | undefined> => {
    if (authority !== undefined) {
      const socket = (request.stream.session as unknown as { socket: TLSSocket }).socket;
      return socket.authorized ? undefined : 'BadCertificate';
    }
    const [, token = ''] = /^bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    tokens.add(token);
    if (expired.has(token)) return 'ExpiredProviderToken';
    const verified = await jwtVerify(token, publicKey, {
      ...{ issuer: 'TEAM123456', algorithms: ['ES256'], maxTokenAge: '1h' },
    }).catch(() => undefined);
    return verified?.protectedHeader.kid === 'KEY1234567' ? undefined : 'InvalidProviderToken';
  };

  const answer = async (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
    body: string,
  ): Promise<void> => {
    const refuse = (status: number, reason: string, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ reason, ...(status === 410 && { timestamp: goneAt }) }));
    };
    const { headers } = request;
    const ok = (): void => void response.writeHead(200, { 'apns-id': headers['apns-id'] }).end();
    const [, path = ''] = /^\/3\/device\/([^/]+)$/.exec(request.url) ?? [];
    const device = decodeURIComponent(path);
    const wrong = wrongWith(body, headers);
    if (wrong !== undefined) {
      refuse(...wrong);
      return;
    }
    const payload = JSON.parse(body);
    const id = String(headers['apns-id']).replaceAll('-', '');
    const at = performance.now();
    script.pushed.push({ device, message: payload.message, id, body: payload, headers, at });
    const refusal = await refusalOf(request);
    const behaviour = refusal === undefined ? script.next(device) : 'refused';
    const asked = askedSeconds(behaviour);
    const error: [number, string] | undefined =
      refusal === undefined ? appleErrors[asked ? 'unavailable' : behaviour] : [403, refusal];
    const goneAt = goneTimes[behaviour]?.();
    if (behaviour === 'hang') return;
    if (behaviour === 'drop') request.stream.session?.destroy();
    else if (behaviour === 'refuseStream') request.stream.close(7);
    else if (behaviour === 'until goodbye') answersAtGoodbye.push(ok);
    else if (behaviour === 'goodbye') {
      // Nothing from this stream on was begun; what was begun before ends well.
      request.stream.session?.goaway(0, request.stream.id! - 2);
      for (const end of answersAtGoodbye.splice(0)) end();
    } else if (error !== undefined) {
      const wait = behaviour === 'tooMany' ? retryAfter : asked;
      refuse(...error, wait === undefined ? {} : { 'retry-after': wait });
    } else {
      // What is under way ends well.
      if (behaviour === 'goaway') request.stream.session?.goaway(0);
      ok();
    }
  };
  server.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => void answer(request, response, Buffer.concat(chunks).toString()));
  });
  beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
  afterAll(() => {
    for (const session of sessions) session.destroy();
    return new Promise<void>((done) => server.close(() => done()));
  });
  return Object.defineProperties({} as ApplePeer, {
    ...Object.getOwnPropertyDescriptors(script),
    // The older of two forms that such keys come in.
    signingKey: { value: privateKey.export({ type: 'sec1', format: 'pem' }).toString() },
    tokens: { value: tokens },
    connections: { value: () => connections },
    expireTokens: {
      value: () => {
        for (const token of tokens) expired.add(token);
      },
    },
  });
}
