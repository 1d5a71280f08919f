export { Configuration } from './configuration.js';
export { ConfigurationStart } from './configuration-start.js';
export { ConfigurationError, InvalidConfiguration } from './options.errors.js';
export { OptionsModule } from './options.module.js';
export * from './option-types.js';
export { securitySection } from './own-sections/security-section.js';
export type { RateLimit, SecurityOptions } from './own-sections/security-section.js';
export { serverSection } from './own-sections/server-section.js';
export type { ServerOptions } from './own-sections/server-section.js';
export { isBaseUrl, isWebUrl } from './own-sections/web-address.js';
export { withoutTrustSwitches } from './trust-switches.js';
export type {
  GivenOptions,
  ReportFault,
  SectionRules,
  Sections,
  SectionSchema,
} from './section-schema.js';
