import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Access, Role, SenderKey } from '../../../core/identity/index.js';
import type { AccessKey } from '../key/access-key.js';
import { forbidden, unauthorized } from '../access-keys.errors.js';
import { contactCenterOf } from '../../edge/index.js';
import { AccessKeyCache } from '../key/access-key-cache.js';
import { type PresentedKey, presentedKey, howToSendKey } from './presented-key.js';
import { RateLimits } from './rate-limits.js';
import { SenderResolver } from './sender-resolver.js';

/** What is asked of a key. */
export type KeyRequirement = Pick<Access, 'roles' | 'ofAllTenants'>;

/** Admits requests by their API key. */
@Injectable()
export class KeyRule {
  constructor(
    private readonly senders: SenderResolver,
    private readonly keyCache: AccessKeyCache,
    private readonly rateLimits: RateLimits,
  ) {}

  /**
   * Requires a key with one of the roles; an Administrator's has them all, and without roles any
   * key will do. The key is noted on the request's sender.
   * @throws DomainError Unauthorized without a key, or with one that is unknown or has expired;
   *   Forbidden without the role or the tenant; InvalidParameter with several keys; RateLimited
   */
  requireKey(request: Request, needed: KeyRequirement): void | Promise<void> {
    const { key } = this.senders.senderOf(request);
    if (key !== undefined) {
      requireAllowed(key, request, needed);
      return;
    }
    const presented = presentedKey(request);
    if (presented === undefined) {
      throw unauthorized(`this call needs an API key, ${howToSendKey}`);
    }
    const found = this.keyCache.find(presented.text);
    if (found instanceof Promise) {
      return found.then((found) => this.applyKey(request, presented, found, needed));
    }
    this.applyKey(request, presented, found, needed);
  }

  private applyKey(
    request: Request,
    { asBearer }: PresentedKey,
    found: AccessKey | undefined,
    needed: KeyRequirement,
  ): void {
    if (found === undefined) throw unauthorized('the API key is not known here');
    const sender = this.senders.senderOf(request);
    const key = { ...found, asBearer };
    // Noted before it is judged: log and audit name whose key was refused.
    request.sender = { ...sender, key };
    requireUnexpired(key);
    this.rateLimits.countKey(sender, key.id);
    requireAllowed(key, request, needed);
  }
}

function requireAllowed(key: SenderKey, request: Request, needed: KeyRequirement): void {
  requireUnexpired(key);
  requireTenant(key, contactCenterOf(request));
  requireRole(key.roles, needed.roles);
  if (needed.ofAllTenants === true && key.tenants !== null) {
    throw forbidden(
      'the API key is for some tenants alone: this call is about what all tenants share',
    );
  }
}

function requireUnexpired({ hasExpired }: SenderKey): void {
  if (hasExpired === true) throw unauthorized('the API key has expired');
}

/** A key of some tenants is for calls that say for which of them they are made. */
function requireTenant({ tenants }: SenderKey, contactCenter: string | undefined): void {
  if (tenants === null) return;
  if (contactCenter === undefined || !tenants.includes(contactCenter)) {
    throw forbidden('the API key is for other tenants: ContactCenterId must name one of its own');
  }
}

function requireRole(roles: readonly Role[], needed: readonly Role[]): void {
  if (needed.length === 0 || roles.includes('Administrator')) return;
  if (!needed.some((role) => roles.includes(role))) {
    throw forbidden(`this call needs a key with the role ${needed.join(' or ')}`);
  }
}
