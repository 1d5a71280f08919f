import { defineSection, wholeNumber } from '../../../core/settings/index.js';

/** The options of section `audit` (README.md, Sections and options). */
export interface AuditOptions {
  /** How long an entry is kept, seconds. */
  readonly retention: number;
}

const day = 86_400;
const century = 36_525 * day;

export const auditSection = defineSection<AuditOptions>('audit', {
  retention: wholeNumber(400 * day, day, century),
});
