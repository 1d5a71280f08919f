export { installationFolder } from './installation.js';
export { EnvironmentError, readEnvironment } from './environment.js';
export type { Environment, LogLevel } from './environment.js';
export { commit, version } from './version.js';

/** The injection token of the `Environment`. */
export const ENVIRONMENT = Symbol('ENVIRONMENT');
