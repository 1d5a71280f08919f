import { createHash, createPrivateKey } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import { TokenCache } from '../token-cache.js';
import { ProviderTokenRepository } from './provider-token.repository.js';

/** A key of a developer's team (Apple: Establishing a token-based connection to APNs). */
export interface SigningKey {
  /** The text of the .p8 file. */
  readonly key: string;
  readonly keyId: string;
  readonly teamId: string;
}

const minute = 60_000;

/** A token is refused after an hour; making one more than once in 20 minutes is refused too. */
const renewAfterMs = 40 * minute;
const minAgeMs = 20 * minute;

/** The provider token of each key; one is in use on all nodes. */
@Injectable()
export class AppleTokenSource {
  private readonly cache = new TokenCache();
  private readonly pendingLoads = new Map<string, Promise<string>>();

  constructor(private readonly repository: ProviderTokenRepository) {}

  /** The token in use; it is between 0 and 40 minutes old. */
  tokenOf(key: SigningKey): Promise<string> {
    const name = nameOf(key);
    const known = this.cache.get(name);
    if (known !== undefined) return Promise.resolve(known);
    return this.loadOnce(name, key, renewAfterMs);
  }

  /**
   * Apple called a token expired: finds another one, made by this node if nobody has, unless the
   * one in use is too young to be replaced.
   */
  renew(key: SigningKey, expired: string): Promise<string> {
    const name = nameOf(key);
    const known = this.cache.get(name);
    if (known !== undefined && known !== expired) return Promise.resolve(known);
    return this.loadOnce(name, key, minAgeMs);
  }

  private loadOnce(name: string, key: SigningKey, olderThanMs: number): Promise<string> {
    const asking = this.pendingLoads.get(name);
    if (asking !== undefined) return asking;
    const asked = this.loadOrSign(name, key, olderThanMs).finally(() =>
      this.pendingLoads.delete(name),
    );
    this.pendingLoads.set(name, asked);
    return asked;
  }

  private async loadOrSign(name: string, key: SigningKey, olderThanMs: number): Promise<string> {
    const inUse = await this.repository.find(name);
    if (inUse !== undefined && inUse.ageMs < olderThanMs) return this.remember(name, inUse);
    const token = await signToken(key);
    for (;;) {
      const taken = await this.repository.offer(name, token, olderThanMs);
      if (taken !== undefined) return this.remember(name, taken);
      await delay(10);
    }
  }

  private remember(name: string, { token, ageMs }: { token: string; ageMs: number }): string {
    this.cache.set(name, token, renewAfterMs - ageMs);
    return token;
  }
}

async function signToken({ key, keyId, teamId }: SigningKey): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setIssuedAt()
    .sign(createPrivateKey(key));
}

function nameOf({ key, keyId, teamId }: SigningKey): string {
  return createHash('sha256').update([teamId, keyId, key].join('\n')).digest('hex');
}
