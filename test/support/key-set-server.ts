import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, beforeAll } from '@jest/globals';

/** A key that signs tokens, and its public half as the key set shows it. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

type CryptoKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

export async function makeSigningKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return { kid, alg, privateKey, publicKey, publicJwk };
}

/** Claims beside or instead of those of a good token. */
export type Claims = Readonly<Record<string, unknown>>;

export const seconds = (fromNow: number): number => Math.floor(Date.now() / 1000) + fromNow;

/** A token; without more it is a good one of alice's. */
export async function sign(
  key: SigningKey,
  claims: Claims = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const good = { sub: 'alice', iss: 'https://id.example', aud: 'gms', exp: seconds(300) };
  const given = Object.entries({ ...good, ...claims }).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(given))
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);
}

/** An issuer of tokens that publishes its keys over HTTP. */
export interface KeySetServer {
  readonly url: string;
  /** How often its keys were fetched. */
  fetches(): number;
  /** The headers with which they were fetched last. */
  lastHeaders(): IncomingHttpHeaders;
  /** Publishes these keys from now on. */
  publish(...keys: SigningKey[]): void;
}

/** Serves a key set for all tests of a file. */
export function useKeySetServer(): KeySetServer {
  let keys: readonly JWK[] = [];
  let fetched = 0;
  let lastHeaders: IncomingHttpHeaders = {};
  const server = useHttpServer((request, response) => {
    fetched++;
    lastHeaders = request.headers;
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys }));
  });
  return {
    get url() {
      return `${server.url}/keys`;
    },
    fetches: () => fetched,
    lastHeaders: () => lastHeaders,
    publish: (...published) => {
      keys = published.map(({ publicJwk }) => publicJwk);
    },
  };
}

/** An HTTP server of the test's own on a free port of loopback. */
export function useHttpServer(listener: RequestListener): { readonly url: string } {
  let server: Server | undefined;
  beforeAll(async () => {
    server = createServer(listener);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  });
  return {
    get url() {
      return `http://127.0.0.1:${(server?.address() as AddressInfo).port}`;
    },
  };
}
