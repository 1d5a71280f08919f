import { Injectable } from '@nestjs/common';

/** What the audit needs of the configuration. */
export interface AuditFacts {
  /** `audit.retention`: how long an entry is kept, seconds. */
  readonly retentionSeconds: number;
}

/** Port: the audit's part of the configuration in force; the options module pushes it here. */
@Injectable()
export class AuditSettings {
  private facts: AuditFacts = { retentionSeconds: 34_560_000 };

  get current(): AuditFacts {
    return this.facts;
  }

  replace(facts: AuditFacts): void {
    this.facts = facts;
  }
}
