import { Injectable } from '@nestjs/common';
import { AuditSettings } from '../../audit/index.js';
import { SecuritySettings } from '../../access-keys/index.js';
import { EdgeSettings } from '../../edge/index.js';
import { OutgoingSettings } from '../../../core/outgoing/index.js';
import { auditSection } from './audit.section.js';
import { gmsSection } from './gms.section.js';
import { securityRules, securitySection } from './security.section.js';
import { serverRules, serverSection } from './server.section.js';
import { Configuration, originOf } from '../../../core/settings/index.js';

/**
 * The sections of modules that stand above this one and cannot ask it: they declare what they need,
 * and get it with every change.
 */
@Injectable()
export class UpstreamSections {
  constructor(
    private readonly configuration: Configuration,
    private readonly edge: EdgeSettings,
    private readonly security: SecuritySettings,
    private readonly outgoing: OutgoingSettings,
    private readonly audit: AuditSettings,
  ) {
    configuration.register(serverRules);
    configuration.register(securityRules);
    configuration.register({ schema: gmsSection });
    configuration.register({ schema: auditSection });
    configuration.onChange(() => this.publishSettings());
  }

  private publishSettings(): void {
    const server = this.configuration.get(serverSection);
    const security = this.configuration.get(securitySection);
    const externalUrlBase = server.external_url_base.replace(/\/+$/, '');
    this.edge.replace({
      externalUrlBase,
      maxBodySizeBytes: server.max_body_size,
      maxTextSizeBytes: server.max_text_size,
      maxBodyMemoryBytes: server.max_body_memory,
      gmsUser: security.gms_user,
      jwtIssuer: security.jwt_issuer,
      jwtAudience: security.jwt_audience,
      jwtJwksUrl: security.jwt_jwks_url,
      corsOrigins: security.cors_origins.map((origin) => originOf(origin) ?? origin),
    });
    this.security.replace({
      trustedNetworks: security.trusted_networks,
      trustedProxies: security.trusted_proxies,
      publicApiKey: security.public_api_key,
      rateLimit: {
        perSecond: security.rate_limit.per_second,
        burst: security.rate_limit.burst,
      },
      externalUrlBase,
    });
    this.audit.replace({ retentionSeconds: this.configuration.get(auditSection).retention });
    const gms = this.configuration.get(gmsSection);
    this.outgoing.replace({
      connectionTimeoutMs: gms['http.connection_timeout'] * 1000,
      socketTimeoutMs: gms['http.socket_timeout'] * 1000,
      maxConnectionsPerRoute: gms['http.max_connections_per_route'],
      allowedNetworks: security.allowed_callback_networks,
    });
  }
}
