import { createHash, createPrivateKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { type CallResult, OutgoingCalls } from '../../../../core/outgoing/index.js';
import type { ServiceAccount } from '../../provider/provider-options.js';
import { tryParseJson } from '../../try-parse-json.js';
import { TokenCache } from '../token-cache.js';

const scope = 'https://www.googleapis.com/auth/firebase.messaging';
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const assertionSeconds = 3600;

/** A token is not used in its last minutes, seconds. */
const safetyMarginSeconds = 300;

/** The longest wait for a token, milliseconds. */
const tokenTimeoutMs = 30_000;

const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** No token: the call that was to bring one, as it ended. */
export class AccessTokenError extends Error {
  constructor(readonly result: CallResult) {
    super('no access token');
  }
}

/** OAuth access tokens of service accounts (RFC 7523). */
@Injectable()
export class GoogleTokenSource {
  private readonly cache = new TokenCache();
  private readonly pendingLoads = new Map<string, Promise<string>>();

  constructor(private readonly calls: OutgoingCalls) {}

  /**
   * The token in use; many that ask at once share one call.
   * @throws AccessTokenError
   */
  tokenOf(account: ServiceAccount): Promise<string> {
    const name = nameOf(account);
    const known = this.cache.get(name);
    if (known !== undefined) return Promise.resolve(known);
    const asking = this.pendingLoads.get(name) ?? this.fetchToken(name, account);
    this.pendingLoads.set(name, asking);
    return asking;
  }

  /** Forgets a token that was refused. */
  forget(account: ServiceAccount, token: string): void {
    const name = nameOf(account);
    if (this.cache.get(name) === token) this.cache.delete(name);
  }

  private async fetchToken(name: string, account: ServiceAccount): Promise<string> {
    try {
      const result = await this.calls.callTrusted({
        url: account.tokenUri,
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: grantType,
          assertion: await signAssertion(account),
        }).toString(),
        needsBody: () => true,
        // Not that of the first who asked: others wait for it too.
        signal: AbortSignal.timeout(tokenTimeoutMs),
      });
      const token =
        result.kind === 'answered' ? answer.safeParse(tryParseJson(result.body)) : undefined;
      if (token?.success !== true) throw new AccessTokenError(result);
      const { access_token, expires_in } = token.data;
      this.cache.set(name, access_token, (expires_in - safetyMarginSeconds) * 1000);
      return access_token;
    } finally {
      this.pendingLoads.delete(name);
    }
  }
}

async function signAssertion(account: ServiceAccount): Promise<string> {
  const kid = account.privateKeyId;
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid !== undefined && { kid }) })
    .setIssuer(account.clientEmail)
    .setAudience(account.tokenUri)
    .setIssuedAt()
    .setExpirationTime(`${String(assertionSeconds)}s`)
    .sign(createPrivateKey(account.privateKey));
}

function nameOf({ clientEmail, privateKey, tokenUri }: ServiceAccount): string {
  return createHash('sha256').update([clientEmail, privateKey, tokenUri].join('\n')).digest('hex');
}
