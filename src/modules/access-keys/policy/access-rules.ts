import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import {
  type Access,
  AccessPolicy,
  type Arrival,
  type Caller,
  requireSingleHeaders,
  type Role,
} from '../../../core/identity/index.js';
import { InternalRule } from './internal-rule.js';
import { KeyRule } from './key-rule.js';
import { RateLimits } from './rate-limits.js';
import { SecuritySettings } from './security-settings.js';
import { SenderResolver } from './sender-resolver.js';

/** Who may call what (docs/operations/security.md). A public call costs it less than 1 µs. */
@Injectable()
export class AccessRules extends AccessPolicy {
  constructor(
    private readonly settings: SecuritySettings,
    private readonly senders: SenderResolver,
    private readonly rateLimits: RateLimits,
    private readonly keys: KeyRule,
    private readonly internal: InternalRule,
  ) {
    super();
  }

  override receive(request: Request): void {
    if (request.isReceived) return;
    request.isReceived = true;
    this.rateLimits.countAddress(this.senders.senderOf(request));
    requireSingleHeaders(request);
  }

  override countCalls(arrival: Arrival, calls: number): void {
    const sender = this.senders.senderOf(arrival);
    this.rateLimits.countAddress(sender, calls);
    if (sender.key !== undefined) this.rateLimits.countKey(sender, sender.key.id, calls);
  }

  override admit(request: Request, access: Access): void | Promise<void> {
    // An upgrade to a websocket comes past the edge.
    this.receive(request);
    if (access.class === 'internal') return this.internal.requireInternal(request, access);
    if (this.settings.current.publicApiKey && access.alwaysOpen !== true) {
      return this.keys.requireKey(request, access);
    }
  }

  override requireKey(request: Request, roles: readonly Role[]): void | Promise<void> {
    return this.keys.requireKey(request, { roles });
  }

  override callerOf(arrival: Arrival): Caller {
    const { key, address } = this.senders.senderOf(arrival);
    if (key !== undefined) {
      return { name: `key:${key.name}`, id: `key:${key.id}`, expiresAt: key.expiresAt };
    }
    const name = `address:${address ?? 'unknown'}`;
    return { name, id: name, expiresAt: null };
  }
}
