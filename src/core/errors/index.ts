export { DomainError, type ErrorParameters, httpStatusOf, type ErrorKind } from './domain-error.js';
export * from './common-errors.js';
export { quoted } from './quoted.js';
