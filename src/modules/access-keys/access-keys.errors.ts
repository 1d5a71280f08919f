import { DomainError, quoted } from '../../core/errors/index.js';

/** No key, or one that nobody has. */
export function unauthorized(message: string): DomainError {
  return new DomainError('unauthorized', 'Unauthorized', message);
}

/** A known caller that may not make this call. */
export function forbidden(message: string): DomainError {
  return new DomainError('forbidden', 'Forbidden', message);
}

export function rateLimited(retryAfterSeconds: number): DomainError {
  return new DomainError('tooManyRequests', 'RateLimited', 'too many requests; try again later', {
    retryAfterSeconds,
  });
}

export function accessKeyNotFound(id: string): DomainError {
  return new DomainError('notFound', 'AccessKeyNotFound', `there is no access key ${quoted(id)}`);
}

export function accessKeyExists(name: string): DomainError {
  return new DomainError(
    'conflict',
    'AccessKeyExists',
    `there is an access key ${JSON.stringify(name)} already`,
  );
}
