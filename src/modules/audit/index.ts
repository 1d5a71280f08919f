export { AgedEntries } from './aged-entries.repository.js';
export { Audit } from './audit.service.js';
export type { AuditPage, NewAuditEntry } from './audit-entry.js';
export { AuditModule } from './audit.module.js';
export { AuditSettings } from './audit-settings.js';
export { AuditPageQuery } from './audit.dto.js';
export { RetentionSweep } from './retention-sweep.js';
