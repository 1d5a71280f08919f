import { hash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../../../core/config/index.js';
import type { AccessKey } from './access-key.js';
import { AccessKeyRepository } from './access-key.repository.js';
import { isAccessKeyText } from './domain/key-text.js';

/** The key of the environment is called by its variable; no other key may be. */
export const adminKeyName = 'GMS_ADMIN_KEY';

/** A deleted key is good for this much longer on other nodes; two seconds are allowed. */
const cacheMs = 1000;
/** Keys remembered at most. Only keys that exist are, so that guessing fills nothing. */
const maxCachedKeys = 10_000;

interface CachedKey {
  readonly key: AccessKey;
  readonly untilMs: number;
}

/**
 * Tells which key a text is. Keys are kept as their SHA-256: a key has 256 random bits, so that
 * there is nothing to guess which a slow, salted hash would have to protect, and the hash can be
 * an index. Looking it up tells an attacker nothing either: timing could at best tell how much of
 * a hash is right, and nobody can make texts with a wanted hash.
 */
@Injectable()
export class AccessKeyCache {
  private readonly cached = new Map<string, CachedKey>();
  private readonly pendingLoads = new Map<string, Promise<AccessKey | undefined>>();
  private readonly adminHash: Buffer | undefined;

  constructor(
    private readonly repository: AccessKeyRepository,
    @Inject(ENVIRONMENT) environment: Environment,
  ) {
    this.adminHash = environment.adminKey === undefined ? undefined : hashKey(environment.adminKey);
  }

  /** The key of a text, at once when it was asked for within the last second. */
  find(text: string): AccessKey | undefined | Promise<AccessKey | undefined> {
    const name = hash('sha256', text, 'base64');
    const cached = this.cached.get(name);
    if (cached !== undefined && performance.now() < cached.untilMs) return cached.key;
    if (this.isAdminKey(name)) return adminKey;
    if (!isAccessKeyText(text)) return undefined;
    return this.pendingLoads.get(name) ?? this.load(name);
  }

  /** Forgets what it knows: a key was deleted. */
  clear(): void {
    this.cached.clear();
  }

  private isAdminKey(name: string): boolean {
    const hash = this.adminHash;
    return hash !== undefined && timingSafeEqual(Buffer.from(name, 'base64'), hash);
  }

  private load(name: string): Promise<AccessKey | undefined> {
    const untilMs = performance.now() + cacheMs;
    const answer = this.repository
      .find(Buffer.from(name, 'base64'))
      .then((key) => {
        this.store(name, key, untilMs);
        return key;
      })
      .finally(() => this.pendingLoads.delete(name));
    this.pendingLoads.set(name, answer);
    return answer;
  }

  private store(name: string, key: AccessKey | undefined, untilMs: number): void {
    if (key === undefined) {
      this.cached.delete(name);
      return;
    }
    if (this.cached.size >= maxCachedKeys) this.cached.clear();
    this.cached.set(name, { key, untilMs });
  }
}

const adminKey: AccessKey = {
  ...{ id: adminKeyName, name: adminKeyName, roles: ['Administrator'], tenants: null },
  expiresAt: null,
};

/** What is kept of a key. */
export function hashKey(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
