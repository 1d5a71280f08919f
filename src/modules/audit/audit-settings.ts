import { Injectable } from '@nestjs/common';

/** What the audit needs of the configuration. */
export interface AuditSettingsSnapshot {
  /** `audit.retention`: how long an entry is kept, seconds. */
  readonly retentionSeconds: number;
}

/** Port: the audit's part of the configuration in force; the options module pushes it here. */
@Injectable()
export class AuditSettings {
  private snapshot: AuditSettingsSnapshot = { retentionSeconds: 34_560_000 };

  get current(): AuditSettingsSnapshot {
    return this.snapshot;
  }

  replace(facts: AuditSettingsSnapshot): void {
    this.snapshot = facts;
  }
}
