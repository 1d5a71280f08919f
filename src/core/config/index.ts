export { installationFolder, commit, version } from './installation.js';
export {
  EnvironmentError,
  readEnvironment,
  type Environment,
  type LogLevel,
} from './environment.js';

/** The injection token of the `Environment`. */
export const ENVIRONMENT = Symbol('ENVIRONMENT');
