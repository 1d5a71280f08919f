import { DomainError, quoted } from '../../core/errors/index.js';

/** A service that is not there, of another tenant, or has expired: 404 ServiceNotFound. */
export function serviceNotFound(id: string): DomainError {
  return new DomainError('notFound', 'ServiceNotFound', `there is no service ${quoted(id)}`);
}

/** 404 StateNotFound. */
export function stateNotFound(id: string): DomainError {
  return new DomainError('notFound', 'StateNotFound', `the service has no state ${quoted(id)}`);
}

/** 404 TaskNotFound. */
export function taskNotFound(id: string): DomainError {
  return new DomainError('notFound', 'TaskNotFound', `the service has no task ${quoted(id)}`);
}

/** A transition from a state that is over: 409 StateCompleted. */
export function stateCompleted(id: number): DomainError {
  return new DomainError(
    'conflict',
    'StateCompleted',
    `state ${String(id)} is completed; a transition leaves an active one`,
  );
}

export function serverOwnExtension(name: string): DomainError {
  return new DomainError('forbidden', 'Forbidden', `the extension ${name} is the server's own`);
}
