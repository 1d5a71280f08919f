import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ENVIRONMENT, type Environment } from '../../../core/config/index.js';
import { EdgeSettings } from '../../edge/index.js';
import { forbidden, unauthorized } from '../access-keys.errors.js';
import { foreignPageReason, type OwnNames } from './domain/own-page.js';
import { KeyRule, type KeyRequirement } from './key-rule.js';
import { presentedKey, howToSendKey } from './presented-key.js';
import { SecuritySettings } from './security-settings.js';
import { SenderResolver } from './sender-resolver.js';

/**
 * The internal rule (docs/operations/security.md, The internal rule): a call is allowed from a
 * trusted network, and otherwise with a key. A key that is shown decides alone, wherever its bearer
 * calls from. Nobody may make it through a web page of another origin, but with a key through one
 * of `security.cors_origins`.
 */
@Injectable()
export class InternalRule {
  private cachedOwnNames: (OwnNames & { readonly base: string }) | undefined;

  constructor(
    private readonly settings: SecuritySettings,
    private readonly senders: SenderResolver,
    private readonly keys: KeyRule,
    private readonly edge: EdgeSettings,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /**
   * Requires that the request is an internal call.
   * @param needed what is asked of a key; without it any key will do
   * @throws DomainError Unauthorized, Forbidden, RateLimited
   */
  requireInternal(request: Request, needed: KeyRequirement = { roles: [] }): void | Promise<void> {
    const hasKey = presentedKey(request) !== undefined;
    const origins = hasKey ? this.edge.current.corsOrigins : [];
    const grounds = { origins, byNetwork: !hasKey };
    const fault = foreignPageReason(request.headers, this.ownNames(), grounds);
    if (fault !== undefined) throw forbidden(fault);
    if (hasKey) return this.keys.requireKey(request, needed);
    if (!this.senders.senderOf(request).trustedNetwork) {
      throw unauthorized(`internal calls need an API key from here, ${howToSendKey}`);
    }
  }

  private ownNames(): OwnNames {
    const base = this.settings.current.externalUrlBase;
    if (this.cachedOwnNames?.base !== base)
      this.cachedOwnNames = { base, ...ownNames(base, this.environment.host) };
    return this.cachedOwnNames;
  }
}

function ownNames(externalUrlBase: string, listensOn: string): OwnNames {
  const hosts = ['localhost', hostname(), listensOn];
  const origins: string[] = [];
  if (URL.canParse(externalUrlBase)) {
    const external = new URL(externalUrlBase);
    hosts.push(external.hostname);
    origins.push(external.origin);
  }
  return { hosts: new Set(hosts.map((name) => name.toLowerCase())), origins: new Set(origins) };
}
