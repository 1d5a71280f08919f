import type { ErrorKind } from './error-kind.js';

/** What an error may carry beside its words. */
export interface ErrorParameters {
  /** Whole seconds after which a caller may try again; becomes the `Retry-After` header. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/**
 * An error that a caller is meant to read: `code` is the short `exception` name of the answer
 * and `message` says what to do about it (contract: conventions.md, Answers).
 */
export class DomainError extends Error {
  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    readonly parameters: ErrorParameters = {},
  ) {
    super(message, { cause: parameters.cause });
  }
}
