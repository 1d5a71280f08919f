import { Injectable } from '@nestjs/common';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTVerifyGetKey,
  jwtVerify,
  createLocalJWKSet,
  type FetchImplementation,
  type JSONWebKeySet,
} from 'jose';
import { DomainError } from '../../core/errors/index.js';
import { Log } from '../../core/observability/index.js';
import { OutgoingCalls, maxBodyBytes } from '../../core/outgoing/index.js';
import { isUserName } from './domain/user-name.js';
import { EdgeSettings } from './edge-settings.js';

/** The keys of an issuer could not be had. */
export class KeySetUnreachable extends Error {}

/** An issuer that could not be asked is left alone for so long, milliseconds. */
const failurePauseMs = 1000;

/**
 * How jose fetches the keys of one issuer: within the bounds of all calls to hosts that the
 * operator named (docs/decisions/0011-guarded-outgoing-calls.md). No redirect is followed. While an
 * issuer fails, it is not asked again for every token that comes.
 */
export function createKeySetFetch(calls: OutgoingCalls): FetchImplementation {
  let failed: { readonly error: unknown; readonly untilMs: number } | undefined;
  return async (url, { headers, signal }) => {
    if (failed !== undefined && performance.now() < failed.untilMs) throw failed.error;
    try {
      const keySet = await fetchKeySet(calls, url, {
        headers: Object.fromEntries(headers),
        signal,
      });
      failed = undefined;
      return keySet;
    } catch (cause) {
      const error = new KeySetUnreachable(cause instanceof Error ? cause.message : String(cause), {
        cause,
      });
      failed = { error, untilMs: performance.now() + failurePauseMs };
      throw error;
    }
  };
}

async function fetchKeySet(
  calls: OutgoingCalls,
  url: string,
  options: { readonly headers: Record<string, string>; readonly signal: AbortSignal },
): Promise<Response> {
  const needsBody = (status: number): boolean => status === 200;
  const result = await calls.callTrusted({ url, method: 'GET', ...options, needsBody });
  if (result.kind === 'failed') throw new Error(`${result.code}: ${result.reason}`);
  if (result.status !== 200) throw new Error(`the answer has status ${String(result.status)}`);
  if (Buffer.byteLength(result.body) >= maxBodyBytes) {
    throw new Error(`the key set has ${String(maxBodyBytes)} bytes or more`);
  }
  // Throws for what is no key set, as what broke off or did not end in time.
  createLocalJWKSet(JSON.parse(result.body) as JSONWebKeySet);
  return new Response(result.body);
}

/** With a shared secret a public key could be passed off as one (RFC 8725, 3.1): none of those. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const clockToleranceSeconds = 10;
const fetchTimeoutMs = 5000;
/** Keys are fetched again at the latest after this, so that a withdrawn key stops working. */
const maxCacheMs = 600_000;
/** An unknown key id has them fetched at once, but not more often than this. */
const minRefetchMs = 5000;

/** The users that signed tokens name, when `security.gms_user` is `jwt`. */
@Injectable()
export class UserTokenVerifier {
  private keys: { readonly url: string; readonly find: JWTVerifyGetKey } | undefined;
  private isReachable = true;
  private unusableLoggedAt = -Infinity;

  constructor(
    private readonly settings: EdgeSettings,
    private readonly log: Log,
    private readonly calls: OutgoingCalls,
  ) {}

  /**
   * The verified subject of a JWT.
   * @throws DomainError Unauthorized; KeySetUnavailable when the issuer's keys cannot be had
   */
  async verifyUser(token: string): Promise<string> {
    const { jwtIssuer, jwtAudience } = this.settings.current;
    try {
      const { payload } = await jwtVerify(token, this.keySet(), {
        algorithms,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub'],
        ...(jwtIssuer === '' ? {} : { issuer: jwtIssuer }),
        ...(jwtAudience === '' ? {} : { audience: jwtAudience }),
      });
      if (typeof payload.sub === 'string' && isUserName(payload.sub)) return payload.sub;
    } catch (error) {
      if (error instanceof errors.JOSEError) throw unauthorized(reasonOf(error));
      // A key of the set that jose will not verify with, as one of RSA with 1024 bits.
      if (error instanceof TypeError) throw this.refuseUnusableKey(undefined, error);
      throw error;
    }
    throw unauthorized('its subject cannot name a user');
  }

  private keySet(): JWTVerifyGetKey {
    const url = this.settings.current.jwtJwksUrl;
    if (this.keys?.url !== url) this.keys = { url, find: this.remoteKeys(url) };
    return this.keys.find;
  }

  private remoteKeys(url: string): JWTVerifyGetKey {
    if (!URL.canParse(url)) throw keySetUnavailable();
    const find = createRemoteJWKSet(new URL(url), {
      timeoutDuration: fetchTimeoutMs,
      cooldownDuration: minRefetchMs,
      cacheMaxAge: maxCacheMs,
      [customFetch]: createKeySetFetch(this.calls),
    });
    return async (header, token) => {
      try {
        const key = await find(header, token);
        this.isReachable = true;
        return key;
      } catch (error) {
        if (error instanceof KeySetUnreachable || error instanceof errors.JWKSTimeout) {
          this.logUnreachable(url, error);
          throw keySetUnavailable(error);
        }
        if (error instanceof errors.JOSEError) throw error;
        throw this.refuseUnusableKey(header.kid, error);
      }
    };
  }

  /** Says once a minute at most that a key of the set is of no use; anybody may name it. */
  private refuseUnusableKey(kid: string | undefined, cause: unknown): DomainError {
    const now = performance.now();
    if (now - this.unusableLoggedAt > 60_000) {
      this.unusableLoggedAt = now;
      this.log.warn({ err: cause, kid }, 'a key of security.jwt_jwks_url cannot verify tokens');
    }
    return unauthorized('its key cannot verify tokens');
  }

  /** Once for each time that they go away; every request that needs them fails meanwhile. */
  private logUnreachable(url: string, error: unknown): void {
    if (this.isReachable) {
      this.log.warn({ err: error, url }, 'the keys of security.jwt_jwks_url cannot be fetched');
    }
    this.isReachable = false;
  }
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.reason === 'missing'
      ? `it has no ${error.claim}`
      : `its ${error.claim} is not the one that is asked for`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not taken';
  if (error instanceof errors.JWKSNoMatchingKey) return 'its issuer has no such key';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'it does not say which key (kid)';
  return 'it is no signed JWT';
}

function unauthorized(reason: string): DomainError {
  return new DomainError('unauthorized', 'Unauthorized', `the bearer token is refused: ${reason}`);
}

function keySetUnavailable(cause?: unknown): DomainError {
  return new DomainError(
    'unavailable',
    'KeySetUnavailable',
    'the keys that verify bearer tokens cannot be fetched at present',
    { retryAfterSeconds: 5, cause },
  );
}
