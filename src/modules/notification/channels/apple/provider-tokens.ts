import { createHash, createPrivateKey } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import { KnownTokens } from '../known-tokens.js';
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
const leastAgeMs = 20 * minute;

/** The provider token of each key; one is in use on all nodes. */
@Injectable()
export class ProviderTokens {
  private readonly known = new KnownTokens();
  private readonly asking = new Map<string, Promise<string>>();

  constructor(private readonly repository: ProviderTokenRepository) {}

  /** The token in use; it is between 0 and 40 minutes old. */
  tokenOf(key: SigningKey): Promise<string> {
    const name = nameOf(key);
    const known = this.known.find(name);
    if (known !== undefined) return Promise.resolve(known);
    return this.ask(name, key, renewAfterMs);
  }

  /**
   * Apple called a token expired: finds another one, made by this node if nobody has, unless the
   * one in use is too young to be replaced.
   */
  renew(key: SigningKey, expired: string): Promise<string> {
    const name = nameOf(key);
    const known = this.known.find(name);
    if (known !== undefined && known !== expired) return Promise.resolve(known);
    return this.ask(name, key, leastAgeMs);
  }

  private ask(name: string, key: SigningKey, olderThanMs: number): Promise<string> {
    const asking = this.asking.get(name);
    if (asking !== undefined) return asking;
    const asked = this.find(name, key, olderThanMs).finally(() => this.asking.delete(name));
    this.asking.set(name, asked);
    return asked;
  }

  private async find(name: string, key: SigningKey, olderThanMs: number): Promise<string> {
    const inUse = await this.repository.find(name);
    if (inUse !== undefined && inUse.ageMs < olderThanMs) return this.know(name, inUse);
    const token = await signed(key);
    for (;;) {
      const taken = await this.repository.offer(name, token, olderThanMs);
      if (taken !== undefined) return this.know(name, taken);
      await delay(10);
    }
  }

  private know(name: string, { token, ageMs }: { token: string; ageMs: number }): string {
    this.known.add(name, token, renewAfterMs - ageMs);
    return token;
  }
}

async function signed({ key, keyId, teamId }: SigningKey): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setIssuedAt()
    .sign(createPrivateKey(key));
}

function nameOf({ key, keyId, teamId }: SigningKey): string {
  return createHash('sha256').update([teamId, keyId, key].join('\n')).digest('hex');
}
