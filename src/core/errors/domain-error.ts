/** What an error may carry beside its words. */
export interface ErrorParameters {
  /** Whole seconds after which a caller may try again; becomes the `Retry-After` header. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/**
 * An error that a caller is meant to read: `code` is the short `exception` name of the answer
 * and `message` says what to do about it (docs/compatibility.md, Answers).
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

/** What went wrong, in the terms of the domain; the edge turns a kind into an HTTP status. */
export type ErrorKind =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'methodNotAllowed'
  | 'conflict'
  | 'requestTimeout'
  | 'tooLarge'
  | 'unsupportedMediaType'
  | 'expectationFailed'
  | 'unprocessable'
  | 'tooManyRequests'
  | 'headersTooLarge'
  | 'rejected'
  | 'notImplemented'
  | 'badGateway'
  | 'unavailable'
  | 'timedOut';

/**
 * The HTTP status of a kind. Does not compile when a kind is missing (docs/architecture.md, Laws,
 * and who keeps them).
 */
export function httpStatusOf(kind: ErrorKind): number {
  switch (kind) {
    case 'invalid':
      return 400;
    case 'unauthorized':
      return 401;
    case 'forbidden':
      return 403;
    case 'notFound':
      return 404;
    case 'methodNotAllowed':
      return 405;
    case 'conflict':
      return 409;
    case 'requestTimeout':
      return 408;
    case 'tooLarge':
      return 413;
    case 'unsupportedMediaType':
      return 415;
    case 'expectationFailed':
      return 417;
    case 'unprocessable':
      return 422;
    case 'tooManyRequests':
      return 429;
    case 'headersTooLarge':
      return 431;
    case 'rejected':
      return 500;
    case 'notImplemented':
      return 501;
    case 'badGateway':
      return 502;
    case 'unavailable':
      return 503;
    case 'timedOut':
      return 504;
  }
}
