import { Injectable } from '@nestjs/common';

/** What outgoing calls need of the configuration; the options module pushes it here. */
export interface OutgoingSettingsSnapshot {
  /** `gms.http.connection_timeout`, milliseconds. */
  readonly connectionTimeoutMs: number;
  /** `gms.http.socket_timeout`: the longest silence of the other side, milliseconds. */
  readonly socketTimeoutMs: number;
  /** `gms.http.max_connections_per_route`: connections to one origin. */
  readonly maxConnectionsPerRoute: number;
  /** `security.allowed_callback_networks`. */
  readonly allowedNetworks: readonly string[];
}

/** Port: the part of the configuration in force that is about calls to others. */
@Injectable()
export class OutgoingSettings {
  private snapshot: OutgoingSettingsSnapshot = {
    connectionTimeoutMs: 10_000,
    socketTimeoutMs: 10_000,
    maxConnectionsPerRoute: 20,
    allowedNetworks: [],
  };
  private readonly listeners: (() => void)[] = [];

  get current(): OutgoingSettingsSnapshot {
    return this.snapshot;
  }

  replace(facts: OutgoingSettingsSnapshot): void {
    this.snapshot = facts;
    for (const listener of this.listeners) listener();
  }

  /** Hears of every change. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }
}
