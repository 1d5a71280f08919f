import { DomainError } from './domain-error.js';

/** A parameter with a value out of its range or form: 400 InvalidParameter. */
export function invalidParameter(name: string, takes: string): DomainError {
  return new DomainError('invalid', 'InvalidParameter', `${name} takes ${takes}`);
}

/** A mandatory parameter that is absent or empty: 400 MissingParameter. */
export function missingParameter(name: string): DomainError {
  return new DomainError('invalid', 'MissingParameter', `${name} is mandatory`);
}

/** A request that is no good HTTP: 400 InvalidRequest. */
export function invalidRequest(message: string): DomainError {
  return new DomainError('invalid', 'InvalidRequest', message);
}

/** A body that cannot be read: 400 InvalidBody. */
export function invalidBody(message: string): DomainError {
  return new DomainError('invalid', 'InvalidBody', message);
}

/** Text that PostgreSQL cannot hold: 400 InvalidText. */
export function invalidText(where: string, what: string): DomainError {
  return new DomainError('invalid', 'InvalidText', `${where} has ${what}`);
}

/** A body that brought nothing for so long: 408 RequestTimeout. */
export function requestTimeout(silenceMs: number): DomainError {
  return new DomainError(
    'requestTimeout',
    'RequestTimeout',
    `the body brought nothing, or next to nothing, for ${String(silenceMs / 1000)} s`,
  );
}

/** A body over the limit: 413 PayloadTooLarge. */
export function payloadTooLarge(limitBytes: number): DomainError {
  return new DomainError(
    'tooLarge',
    'PayloadTooLarge',
    `the body is larger than ${String(limitBytes)} bytes`,
  );
}

/** A body of a media type that the call does not take: 415 UnsupportedMediaType. */
export function unsupportedMediaType(sent: string, takes: readonly string[]): DomainError {
  return new DomainError(
    'unsupportedMediaType',
    'UnsupportedMediaType',
    `the content type ${sent} is not taken here; send ${takes.join(' or ')}`,
  );
}

/** The database cannot be reached: 503 DatabaseUnavailable; nothing of the request was kept. */
export function databaseUnavailable(cause: unknown): DomainError {
  return new DomainError('unavailable', 'DatabaseUnavailable', 'the database is not reachable', {
    retryAfterSeconds: 2,
    cause,
  });
}

/** A disk is full: 503 StorageFull; nothing of the request was kept. */
export function storageFull(cause: unknown): DomainError {
  return new DomainError(
    'unavailable',
    'StorageFull',
    'the disk of the server is full; nothing of this request was kept',
    { retryAfterSeconds: 30, cause },
  );
}
