export { DomainError } from './domain-error.js';
export type { ErrorParameters } from './domain-error.js';
export { httpStatusOf } from './error-kind.js';
export type { ErrorKind } from './error-kind.js';
export * from './common-errors.js';
export { quoted } from './quoted.js';
