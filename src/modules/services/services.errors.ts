import { DomainError, invalidParameter } from '../../core/errors/index.js';

export function serviceNotFound(name: string): DomainError {
  return new DomainError(
    'notFound',
    'ServiceNotFound',
    `there is no service called ${shown(name)}`,
  );
}

export function serviceInstanceNotFound(id: string): DomainError {
  return new DomainError(
    'notFound',
    'ServiceInstanceNotFound',
    `there is no service with the id ${shown(id)}, or it has ended`,
  );
}

export function requestNotSupported(request: string): DomainError {
  return new DomainError(
    'invalid',
    'RequestNotSupported',
    `this service does not know the request ${shown(request)}`,
  );
}

export function noMatch(): DomainError {
  return new DomainError('notFound', 'NoMatch', 'no service waits for such a call');
}

export function instantInPast(name: string): DomainError {
  return invalidParameter(name, 'an instant in the future');
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
