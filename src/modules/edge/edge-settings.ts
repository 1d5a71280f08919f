import { Injectable } from '@nestjs/common';

/** The key under which the end user is kept with a service's data. */
export const userKey = 'gms_user';

/** What the edge needs of the configuration; the options module, further down, pushes it here. */
export interface EdgeSettingsSnapshot {
  /** `server.external_url_base` without a trailing slash; empty when unset. */
  readonly externalUrlBase: string;
  /** `server.max_body_size`, bytes. */
  readonly maxBodySizeBytes: number;
  /** `server.max_text_size`, bytes. */
  readonly maxTextSizeBytes: number;
  /** `server.max_body_memory`, bytes. */
  readonly maxBodyMemoryBytes: number;
  /** `security.gms_user`: where the name of the end user comes from. */
  readonly gmsUser: 'header' | 'jwt';
  readonly jwtIssuer: string;
  readonly jwtAudience: string;
  readonly jwtJwksUrl: string;
  /** `security.cors_origins`: origins whose pages may call the public API. */
  readonly corsOrigins: readonly string[];
}

/** Port: the edge's part of the configuration in force. */
@Injectable()
export class EdgeSettings {
  private snapshot: EdgeSettingsSnapshot = {
    externalUrlBase: '',
    maxBodySizeBytes: 10_485_760,
    maxTextSizeBytes: 1_048_576,
    maxBodyMemoryBytes: 268_435_456,
    gmsUser: 'header',
    jwtIssuer: '',
    jwtAudience: '',
    jwtJwksUrl: '',
    corsOrigins: [],
  };

  get current(): EdgeSettingsSnapshot {
    return this.snapshot;
  }

  /** The key of stored data that the server alone writes, where there is one. */
  get serverOwnedKey(): string | undefined {
    return this.snapshot.gmsUser === 'jwt' ? userKey : undefined;
  }

  replace(facts: EdgeSettingsSnapshot): void {
    this.snapshot = facts;
  }
}
