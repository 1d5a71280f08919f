import { Injectable } from '@nestjs/common';
import type { AuditEntry, AuditPage, NewAuditEntry } from './audit-entry.js';
import { AuditRepository } from './audit.repository.js';

/** The one audit trail: who did what to what (docs/operations/security.md, Audit). */
@Injectable()
export class Audit {
  constructor(private readonly repository: AuditRepository) {}

  /** Writes down what was done, in the unit of work that does it when there is one. */
  async record(...entries: readonly NewAuditEntry[]): Promise<void> {
    await this.repository.add(entries);
  }

  /** Entries, the newest first. */
  read(page: AuditPage): Promise<AuditEntry[]> {
    return this.repository.read(page);
  }
}
