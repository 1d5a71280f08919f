import { DomainError, invalidParameter, quoted } from '../../core/errors/index.js';

export function serviceNotFound(name: string): DomainError {
  return new DomainError(
    'notFound',
    'ServiceNotFound',
    `there is no service called ${quoted(name)}`,
  );
}

export function serviceInstanceNotFound(id: string): DomainError {
  return new DomainError(
    'notFound',
    'ServiceInstanceNotFound',
    `there is no service with the id ${quoted(id)}, or it has ended`,
  );
}

export function requestNotSupported(request: string): DomainError {
  return new DomainError(
    'invalid',
    'RequestNotSupported',
    `this service does not know the request ${quoted(request)}`,
  );
}

export function noMatchingService(): DomainError {
  return new DomainError('notFound', 'NoMatch', 'no service waits for such a call');
}

export function instantInPast(name: string): DomainError {
  return invalidParameter(name, 'an instant in the future');
}
