import { Injectable } from '@nestjs/common';
import { rateLimited } from '../access-keys.errors.js';
import { TokenBuckets } from './domain/token-buckets.js';
import { SecuritySettings } from './security-settings.js';
import type { ResolvedSender } from './sender-resolver.js';

/** About 10 MB of buckets at most, however many addresses call. */
const maxSenders = 50_000;

/** `security.rate_limit`: how often an address and a key may call; direct calls of loopback are free. */
@Injectable()
export class RateLimits {
  private readonly networks = new TokenBuckets(maxSenders);
  private readonly keys = new TokenBuckets(maxSenders);

  constructor(private readonly settings: SecuritySettings) {}

  /** Counts calls of an address. @throws DomainError RateLimited */
  countAddress(sender: ResolvedSender, calls = 1): void {
    if (!sender.loopback) this.count(this.networks, sender.network, calls);
  }

  /** Counts calls with a key, wherever its bearer calls from. @throws DomainError RateLimited */
  countKey(sender: ResolvedSender, keyId: string, calls = 1): void {
    if (!sender.loopback) this.count(this.keys, keyId, calls);
  }

  private count(buckets: TokenBuckets, name: string, calls: number): void {
    const waitMs = buckets.take(name, this.settings.current.rateLimit, performance.now(), calls);
    if (waitMs > 0) throw rateLimited(Math.ceil(waitMs / 1000));
  }
}
