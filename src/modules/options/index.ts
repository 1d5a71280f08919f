export { ConfigurationLoader } from './configuration-loader.js';
export { ConfigurationError, InvalidConfiguration } from './options.errors.js';
export { OptionsModule } from './options.module.js';
export { securitySection } from './section/security.section.js';
export type { RateLimit, SecurityOptions } from './section/security.section.js';
export { serverSection } from './section/server.section.js';
export type { ServerOptions } from './section/server.section.js';
