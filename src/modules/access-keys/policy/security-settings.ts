import { Injectable } from '@nestjs/common';

/** What the access policy needs of the configuration; the options module pushes it here. */
export interface SecuritySettingsSnapshot {
  /** `security.trusted_networks`: CIDR blocks whose callers are internal. */
  readonly trustedNetworks: readonly string[];
  /** `security.trusted_proxies`: CIDR blocks whose `X-Forwarded-For` counts. */
  readonly trustedProxies: readonly string[];
  /** `security.public_api_key`: whether public calls need a key as well. */
  readonly publicApiKey: boolean;
  /** `security.rate_limit`, requests for each client address and each key. */
  readonly rateLimit: { readonly perSecond: number; readonly burst: number };
  /** `server.external_url_base`: its host is one of our own. */
  readonly externalUrlBase: string;
}

/** Port: the access policy's part of the configuration in force. */
@Injectable()
export class SecuritySettings {
  private snapshot: SecuritySettingsSnapshot = {
    trustedNetworks: ['127.0.0.0/8', '::1/128'],
    trustedProxies: [],
    publicApiKey: false,
    rateLimit: { perSecond: 200, burst: 400 },
    externalUrlBase: '',
  };

  get current(): SecuritySettingsSnapshot {
    return this.snapshot;
  }

  replace(facts: SecuritySettingsSnapshot): void {
    this.snapshot = facts;
  }
}
